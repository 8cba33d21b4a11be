import { expect, test } from 'vitest';
import { durationText } from './duration.ts';

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
