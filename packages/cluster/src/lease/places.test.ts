import { expect, it } from 'vitest';
import { Places } from './places.ts';
import type { LeaseEntry } from './record.ts';

const entry = (revision: number, holder: string | null): LeaseEntry => ({
  ...{ record: { holder, keeper: 'any', token: 0, ttlMs: 5000 }, revision },
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
