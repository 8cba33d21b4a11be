import { expect, test } from 'vitest';
import { durationText, parseDuration } from './duration.ts';

test.each([
  [-5, null],
  [499, null],
  [500, '1 second'],
  [59_499, '59 seconds'],
  [59_500, '1 minute'],
  [3_599_000, '59 minutes'],
  [7_200_000, '2 hours'],
  [86_400_000 * 3, '3 days'],
])('%d ms is %s', (ms, text) => expect(durationText(ms)).toBe(text));

test.each([
  ['90', 90_000],
  ['30s', 30_000],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
  ['1w', 604_800_000],
  ['', null],
  ['5 m', null],
  ['5min', null],
  ['m', null],
  ['-5m', null],
  ['1.5h', null],
  ['9999999999', null],
])('the duration `%s`', (word, ms) => {
  expect(parseDuration(word)).toBe(ms);
});
