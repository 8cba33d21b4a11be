import { expect, test } from 'vitest';
import { monotonicUs } from './clock.ts';
import { ownStartUs, startTicks } from './process-start.ts';

test('a process has a start, which is that of the kernel, and one that is not there has none', () => {
  const aliveUs = process.uptime() * 1_000_000;
  const nowUs = monotonicUs();
  expect(ownStartUs(nowUs)).toBeLessThanOrEqual(nowUs - aliveUs + 100_000);
  expect(startTicks(process.pid)).toBe(startTicks('self'));
  expect(startTicks(2 ** 30)).toBe(null);
});
