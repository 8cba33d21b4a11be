import { readFile } from 'node:fs/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { inTime, Patience } from './patience.ts';

/** As when this process is frozen: the answers of others wait to be read. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

it('an answer is one though this process has stood still for longer than it waits', async () => {
  // A slow machine may have it stand still more than once.
  await eventually('the answer', async () => {
    const answer = inTime(readFile('/proc/self/comm'), 400);
    standStill(500);
    return (await answer) !== 'late';
  });
});

it('one that does not come is late', async () => {
  // As long as something else keeps the process.
  const timer = setInterval(() => {}, 1000);
  expect(await inTime(new Promise(() => {}), 2)).toBe('late');
  clearInterval(timer);
});

function withoutClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

it('leaves no timer behind when the answer has come, or none will come', async () => {
  withoutClock();
  expect(await inTime(Promise.resolve('here'), 1000)).toBe('here');
  await expect(inTime(Promise.reject(new Error('gone')), 1000)).rejects.toThrow('gone');
  const answer = new Promise((resolve) => setTimeout(resolve, 750, 'late enough'));
  const asked = inTime(answer, 1000);
  vi.advanceTimersByTime(750);
  expect(await asked).toBe('late enough');
  expect(vi.getTimerCount()).toBe(0);
});

it('calls when the whole time has passed, and not once it is ended, in either part', () => {
  withoutClock();
  const late: string[] = [];
  new Patience(1000, () => late.push('kept'));
  const [early, half] = [new Patience(1000, () => late.push('early')), new Patience(1000, () => late.push('half'))];
  early.end();
  vi.advanceTimersByTime(999);
  half.end();
  expect(late).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(late).toEqual(['kept']);
  expect(vi.getTimerCount()).toBe(0);
});
