import { expect, it } from 'vitest';
import { timeSince } from './since.ts';

const NOW_MS = Date.UTC(2026, 10, 29, 12);

it.each([
  ['90s', NOW_MS - 90_000],
  ['10m', NOW_MS - 600_000],
  ['1.5h', NOW_MS - 5_400_000],
  ['1d', NOW_MS - 86_400_000],
  ['0s', NOW_MS],
  ['2026-11-29T05:00Z', Date.UTC(2026, 10, 29, 5)],
  ['2026-11-29 05:00:01Z', Date.UTC(2026, 10, 29, 5, 0, 1)],
])('since %s', (value, ms) => expect(timeSince(value, NOW_MS)).toBe(ms));

it.each(['', 'x', '10', '10y', '-1h', '2026-13-01', 'yesterday'])('refuses %j', (value) => {
  expect(() => timeSince(value, NOW_MS)).toThrow(/^--since takes/);
});
