import { expect, it } from 'vitest';
import { parseSpan } from './time.ts';

it.each([
  ['90', 90_000],
  ['1min 500ms', 60_500],
  ['1M', 2_629_800_000],
  ['1month 1y', 34_187_400_000],
  ['2.5h', 9_000_000],
  ['infinity', Number.POSITIVE_INFINITY],
  ['1 fortnight', null],
  ['', null],
])('%s is as long as systemd has it', (text, ms) => {
  expect(parseSpan(text)).toBe(ms);
});
