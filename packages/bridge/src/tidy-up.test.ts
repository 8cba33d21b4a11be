import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BURST, noteChanges, QUIET_MS } from './tidy-up.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the heap is tidied up once, when a burst is over, and not for a few changes', () => {
  const collect = vi.fn();
  noteChanges(BURST - 1, collect);
  expect(vi.getTimerCount()).toBe(0);
  noteChanges(BURST, collect);
  vi.advanceTimersByTime(QUIET_MS - 1);
  noteChanges(1, collect);
  vi.advanceTimersByTime(QUIET_MS - 1);
  expect(collect).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect([collect.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0]);
});
