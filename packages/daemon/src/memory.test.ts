import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Memory } from './memory.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a start and each burst are tidied up once, when they are over', () => {
  const collect = vi.fn();
  const memory = new Memory(collect);
  vi.advanceTimersByTime(900);
  memory.note(1);
  vi.advanceTimersByTime(900);
  expect(collect).toHaveBeenCalledTimes(0);
  vi.advanceTimersByTime(1000);
  expect(collect).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 300; i++) {
    memory.note(1);
    vi.advanceTimersByTime(100);
  }
  expect(collect).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(2000);
  expect(collect).toHaveBeenCalledTimes(2);
});

test('few inputs leave it alone, and with nothing to do there is no timer', () => {
  const collect = vi.fn();
  const memory = new Memory(collect);
  vi.advanceTimersByTime(10_000);
  expect(collect).toHaveBeenCalledTimes(1);
  memory.note(255);
  expect(vi.getTimerCount()).toBe(0);
  memory.note(1);
  expect(vi.getTimerCount()).toBe(1);
});

test('what is not used any more is really freed', () => {
  vi.useRealTimers();
  const before = process.memoryUsage().heapUsed;
  let garbage: number[][] | null = Array.from({ length: 1000 }, () => new Array(1000).fill(1));
  expect(garbage.length).toBe(1000);
  garbage = null;
  vi.useFakeTimers();
  new Memory();
  vi.advanceTimersByTime(1000);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
});
