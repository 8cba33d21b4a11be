import { expect, it } from 'vitest';
import { Places } from './places.ts';
import type { LeaseEntry } from './record.ts';

const entry = (revision: number, holder: string | null): LeaseEntry => ({
  ...{ record: { holder, keeper: 'any', token: 0, write: revision, ttlMs: 5000 }, revision },
});

it('remembers which other host had a place last, as long as it looks', () => {
  const places = new Places(5000);
  const before = () => places.otherHolder('main', 'a');
  expect(before()).toBeUndefined();
  places.observe('main', entry(1, null), 0);
  expect(before()).toBeUndefined();
  places.observe('main', entry(2, 'b'), 0);
  expect(before()).toBe('b');
  places.observe('main', entry(3, null), 0);
  expect(before()).toBe('b');
  places.observe('main', { record: null, revision: 4 }, 0);
  expect(before()).toBe('b');
  places.observe('main', entry(3, 'c'), 0);
  expect(before()).toBe('b');
  places.observe('main', entry(5, 'a'), 0);
  places.observe('main', entry(6, null), 0);
  expect(before()).toBeUndefined();
  places.observe('main', entry(7, 'no host\u001b'), 0);
  expect(before()).toBeUndefined();
  places.observe('main', entry(8, 'b'), 0);
  places.keep(new Set());
  expect(before()).toBeUndefined();
});

it('tells records apart by what is in them, and believes reads', () => {
  const places = new Places(5000);
  const at = (revision: number, of: LeaseEntry): LeaseEntry => ({ ...of, revision });
  places.observe('main', entry(7, 'b'), 100);
  expect(places.freeMs('main')).toBe(5100);
  // The same record under the revision that counts.
  places.read('main', at(4, entry(7, 'b')), 200, 300);
  expect([places.get('main')?.revision, places.get('main')?.readMs, places.freeMs('main')]).toEqual([4, 200, 5100]);
  // Another record under a revision that is known.
  places.read('main', at(4, entry(8, 'b')), 400, 500);
  expect(places.freeMs('main')).toBe(5500);
  // What was asked before the last report came is older than that.
  places.observe('main', entry(9, 'b'), 700);
  places.read('main', at(4, entry(8, 'b')), 600, 800);
  expect(places.freeMs('main')).toBe(5700);
  places.read('main', at(4, entry(8, 'b')), 800, 900);
  expect([places.get('main')?.revision, places.freeMs('main')]).toEqual([4, 5900]);
});
