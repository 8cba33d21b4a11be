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
  memory.note(16);
  vi.advanceTimersByTime(900);
  expect(collect).toHaveBeenCalledTimes(0);
  vi.advanceTimersByTime(1000);
  expect(collect).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 300; i++) {
    memory.note(4);
    vi.advanceTimersByTime(100);
  }
  expect(collect).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(2000);
  expect(collect).toHaveBeenCalledTimes(2);
});

test('a trickle of inputs does not put it off', () => {
  const collect = vi.fn();
  const memory = new Memory(collect);
  for (let i = 0; i < 4; i++) {
    memory.note(1);
    vi.advanceTimersByTime(500);
  }
  expect(collect).toHaveBeenCalledTimes(1);
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
