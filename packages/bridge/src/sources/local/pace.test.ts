import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

it('lets so many pass in a second, and the others in the next ones', async () => {
  let nowMs = 5000;
  const waiting: (() => void)[] = [];
  const after = (delayMs: number, due: () => void): (() => void) => {
    expect(delayMs).toBe(5000 + 1000 * Math.floor((nowMs - 5000) / 1000) + 1000 - nowMs);
    waiting.push(due);
    return () => {};
  };
  const pace = new Pace({ nowMs: () => nowMs, after }, 3);
  let passed = 0;
  for (let i = 0; i < 8; i++) void pace.next().then(() => passed++);
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await settle();
  expect(passed).toBe(3);
  for (const [seconds, expected] of [
    [1, 6],
    [2, 8],
  ] as const) {
    nowMs = 5000 + seconds * 1000;
    for (const due of waiting.splice(0)) due();
    await settle();
    expect(passed).toBe(expected);
  }
  expect(waiting).toEqual([]);
  // A clock that is set back holds nobody.
  nowMs = 0;
  await pace.next();
});
