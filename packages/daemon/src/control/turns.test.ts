import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('lets in one a turn of the event loop, in order', async () => {
  const turns = new Turns();
  const done: string[] = [];
  for (const name of ['a', 'b', 'c']) turns.next(true).then(() => done.push(name));
  await Promise.resolve();
  expect(done).toEqual(['a']);
  await turn();
  expect(done).toEqual(['a', 'b']);
  turns.next(true).then(() => done.push('d'));
  await turn();
  await turn();
  expect(done).toEqual(['a', 'b', 'c', 'd']);
});

it('lets in at once when nobody was before', async () => {
  const turns = new Turns();
  await turns.next(false);
  await turn();
  let now = false;
  turns.next(true).then(() => {
    now = true;
  });
  await Promise.resolve();
  expect(now).toBe(true);
});

it('lets in strangers last, but not never', async () => {
  const turns = new Turns();
  const done: string[] = [];
  await turns.next(true);
  for (const name of ['s1', 's2', 's3']) turns.next(false).then(() => done.push(name));
  for (let i = 1; i <= 6; i++) turns.next(true).then(() => done.push(`o${i}`));
  for (let i = 0; i < 20; i++) await turn();
  expect(done).toEqual(['o1', 'o2', 'o3', 'o4', 's1', 'o5', 'o6', 's2', 's3']);
});
