import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('lets in one a turn of the event loop, in order', async () => {
  const turns = new Turns();
  const done: string[] = [];
  for (const name of ['a', 'b', 'c']) turns.next().then(() => done.push(name));
  await Promise.resolve();
  expect(done).toEqual(['a']);
  await turn();
  expect(done).toEqual(['a', 'b']);
  turns.next().then(() => done.push('d'));
  await turn();
  await turn();
  expect(done).toEqual(['a', 'b', 'c', 'd']);
});

it('lets in at once when nobody was before', async () => {
  const turns = new Turns();
  await turns.next();
  await turn();
  let now = false;
  turns.next().then(() => {
    now = true;
  });
  await Promise.resolve();
  expect(now).toBe(true);
});
