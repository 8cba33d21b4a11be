import { expect, it } from 'vitest';
import type { KeptAnswers } from '../runner/kept-answers.ts';
import { Deliveries, READ_BEFORE } from './deliveries.ts';

function world() {
  const said: string[] = [];
  const note = (what: string) => (keys: Iterable<string>) => {
    for (const key of keys) said.push(`${what} ${key}`);
  };
  const kept = { wereRead: note('read'), wereLost: note('lost') } as Partial<KeptAnswers> as KeptAnswers;
  return { said, deliveries: new Deliveries(kept) };
}

it('an answer was read once so much has been taken behind it that it cannot be in the buffer any more', () => {
  const { said, deliveries } = world();
  deliveries.answered(10, ['a'])();
  deliveries.answered(READ_BEFORE - 1, [])();
  expect(said).toEqual([]);
  deliveries.answered(1, ['b'])();
  expect(said).toEqual(['read a']);
  const taken = deliveries.answered(READ_BEFORE, ['c']);
  expect(said, 'the kernel has not taken it').toEqual(['read a']);
  taken();
  expect(said).toEqual(['read a', 'read b']);
});

it('it waits until the kernel has taken it', () => {
  const { deliveries } = world();
  const first = deliveries.answered(1, []);
  const second = deliveries.answered(1, []);
  expect(deliveries.waiting).toBe(2);
  first();
  second();
  expect(deliveries.waiting).toBe(0);
});

it.each([
  ['in order: what was taken was read, the rest is lost', true, ['read a', 'lost b']],
  ['otherwise: all is lost that may be unread', false, ['lost a', 'lost b']],
])('the connection ends %s', (_, inOrder, expected) => {
  const { said, deliveries } = world();
  deliveries.answered(1, ['a'])();
  deliveries.answered(1, ['b']);
  deliveries.closed(inOrder, 0);
  expect(said).toEqual(expected);
  deliveries.closed(inOrder, 0);
  expect(said).toEqual(expected);
});
