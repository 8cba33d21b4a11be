import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { inTime } from './in-time.ts';

it('an answer is one though this process has stood still for longer than it waits', async () => {
  // A slow machine may have it stand still more than once.
  await eventually('the answer', async () => {
    const answer = inTime(readFile('/proc/self/comm'), 400);
    const untilMs = performance.now() + 500;
    while (performance.now() < untilMs);
    return (await answer) !== 'late';
  });
});

it('one that does not come is late', async () => {
  // As long as something else keeps the process.
  const timer = setInterval(() => {}, 1000);
  expect(await inTime(new Promise(() => {}), 2)).toBe('late');
  clearInterval(timer);
});
