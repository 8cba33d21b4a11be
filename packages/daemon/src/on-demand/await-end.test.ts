import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { awaitEnd } from './await-end.ts';

test('waits for the end of all processes', async () => {
  const children = [1, 2].map(() => spawn('sleep', ['infinity']));
  await Promise.all(children.map((child) => once(child, 'spawn')));
  const left: number[] = [];
  const done = new Promise<void>((resolve) => {
    awaitEnd(
      children.map(({ pid }) => pid as number),
      () => {
        left.push(...children.flatMap(({ pid, signalCode }) => (signalCode === null ? [pid as number] : [])));
        resolve();
      },
    );
  });
  for (const child of children) {
    child.kill();
    await once(child, 'exit');
  }
  await done;
  expect(left).toEqual([]);
});

test('waits for nothing where there is none, and not without end', async () => {
  let isDone = false;
  awaitEnd([], () => {
    isDone = true;
  });
  expect(isDone).toBe(true);
  await new Promise<void>((resolve) => awaitEnd([process.pid], resolve));
});
