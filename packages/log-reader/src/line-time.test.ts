import { expect, it } from 'vitest';
import { timeOfLine } from './line-time.ts';

const NOW = new Date('2026-01-02T00:00:00Z');

it.each([
  ['2026-01-01T01:16:36.5Z up', Date.UTC(2026, 0, 1, 1, 16, 36, 500)],
  ['[2026-01-01 01:16:36,123456 +0100] up', Date.UTC(2026, 0, 1, 0, 16, 36, 123)],
  ['2026-01-01 01:16:36 up', new Date(2026, 0, 1, 1, 16, 36).getTime()],
  ['{"level":30,"time":1795914996123,"msg":"up"}', 1_795_914_996_123],
  ['{"time": "2026-01-01T01:16:36Z"}', Date.UTC(2026, 0, 1, 1, 16, 36)],
  ['Jan  1 01:16:36 host web: up', new Date(2026, 0, 1, 1, 16, 36).getTime()],
  // Not in eleven months.
  ['Nov 29 01:16:36 host web: up', new Date(2025, 10, 29, 1, 16, 36).getTime()],
])('%s', (line, at) => {
  expect(timeOfLine(line, NOW)).toBe(at);
});

it.each(['up since 2026-01-01T01:16:36Z', '2026-13-01T01:16:36Z', 'Foo 99 01:16:36', '{"time":12}', '', 'Jan'])(
  'none: %s',
  (line) => {
    expect(timeOfLine(line, NOW)).toBeNull();
  },
);
