import { beforeEach, expect, test, vi } from 'vitest';
import { LineWriter, MOST_AT_ONCE } from './line-writer.ts';

const write = vi.fn();
const writer = new LineWriter(write);
const written = (): unknown[][] => write.mock.calls;

beforeEach(() => {
  write.mockReset();
});

test('lines of a turn are written together, before what it has set off, and in order', async () => {
  writer.put(1, 'one\n');
  writer.put(1, 'two\n');
  writer.put(2, 'three\n');
  writer.put(1, 'four\n');
  await Promise.resolve();
  expect(written()).toEqual([
    [1, 'one\ntwo\n'],
    [2, 'three\n'],
    [1, 'four\n'],
  ]);
  writer.put(1, 'five\n');
  await Promise.resolve();
  expect(written()).toHaveLength(4);
});

test('as many bytes as a pipe takes at once, and no more; a longer line goes alone', async () => {
  const half = 'é'.repeat(MOST_AT_ONCE / 4);
  for (const line of [half, half, 'x', `${half}${half}x`]) writer.put(2, line);
  await Promise.resolve();
  expect(written()).toEqual([
    [2, half + half],
    [2, 'x'],
    [2, `${half}${half}x`],
  ]);
});

test('what cannot be written stops nothing', async () => {
  write.mockImplementationOnce(() => {
    throw new Error('EPIPE');
  });
  writer.put(2, 'lost\n');
  await Promise.resolve();
  writer.put(2, 'told\n');
  await Promise.resolve();
  expect(written()).toEqual([
    [2, 'lost\n'],
    [2, 'told\n'],
  ]);
});

test('nothing is left when the process ends', () => {
  const before = new Set(process.listeners('exit'));
  const another = new LineWriter(write);
  const [end] = process.listeners('exit').filter((listener) => !before.has(listener));
  another.put(1, 'last words\n');
  expect(written()).toEqual([]);
  end?.(0);
  expect(written()).toEqual([[1, 'last words\n']]);
});
