import { expect, it } from 'vitest';
import { GIVEN_UP_AFTER_MS, KeptAnswers, MAX_READ } from './kept-answers.ts';

const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${index}`);

it('those that were lost are kept until their client has given up', () => {
  const kept = new KeptAnswers();
  kept.wereLost(['a', 'b'], 1000);
  kept.wereLost(['c'], 2000);
  expect(kept.take(1000 + GIVEN_UP_AFTER_MS - 1)).toEqual([]);
  expect(kept.take(1000 + GIVEN_UP_AFTER_MS)).toEqual(['a', 'b']);
  expect(kept.take(2000 + GIVEN_UP_AFTER_MS)).toEqual(['c']);
});

it('one that is asked for again is kept for as long as it is not read or lost once more', () => {
  const kept = new KeptAnswers();
  kept.wereLost(['a', 'b'], 0);
  kept.claim('a');
  expect(kept.take(10 * GIVEN_UP_AFTER_MS)).toEqual(['b']);
  kept.wereLost(['a'], 10 * GIVEN_UP_AFTER_MS);
  expect(kept.take(11 * GIVEN_UP_AFTER_MS)).toEqual(['a']);
});

it('nothing is given up while a client has requests that nobody has looked at', () => {
  const kept = new KeptAnswers();
  kept.mayComeAgain = () => true;
  kept.wereLost(keys(10), 0);
  expect(kept.take(10 * GIVEN_UP_AFTER_MS)).toEqual([]);
  kept.mayComeAgain = () => false;
  expect(kept.take(10 * GIVEN_UP_AFTER_MS)).toEqual(keys(10));
});

it('of those that were read the last ones are kept', () => {
  const kept = new KeptAnswers();
  kept.wereRead(keys(MAX_READ));
  expect(kept.take(0)).toEqual([]);
  kept.wereRead(['another', 'k0']);
  expect(kept.take(0)).toEqual(['k1']);
  expect(kept.take(0)).toEqual([]);
});

it('any number that was lost is kept', () => {
  const kept = new KeptAnswers();
  kept.wereLost(keys(20_000), 0);
  expect(kept.take(GIVEN_UP_AFTER_MS - 1)).toEqual([]);
  expect(kept.take(GIVEN_UP_AFTER_MS)).toHaveLength(20_000);
});
