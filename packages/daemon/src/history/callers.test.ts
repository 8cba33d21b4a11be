/** Callers of entries: filled in when they are known, and waited for. */
import { readdirSync } from 'node:fs';
import type { Peer } from '@upstart/protocol';
import { expect, it } from 'vitest';
import { BATCH_ENTRIES, MAX_PUT_OFF } from './history.ts';
import { ALL, folder, goal, goals, ids, opened, range } from './testing/entries.ts';

it('the caller is filled in when it is known; what is written meanwhile waits for it, but not for ever', () => {
  const directory = folder();
  const peer: Peer = { pid: 4711, uid: 1000, gid: 1000, name: 'stop' };
  const { history } = opened(directory);
  history.take(goal(1, 77));
  for (const effect of goals(2, BATCH_ENTRIES + 1)) history.take(effect);
  expect(readdirSync(directory)).toEqual([]);
  history.take({ type: 'peer', question: 77, peer });
  history.take({ type: 'peer', question: 99, peer });
  history.take(goal(BATCH_ENTRIES + 2, 78));
  history.flush();
  history.take({ type: 'peer', question: 78, peer });
  const [first, ...others] = opened(directory).history.query(ALL).entries;
  expect(first).toMatchObject({ cause: { request: 'start', peer } });
  expect(others.filter((entry) => 'cause' in entry && entry.cause.peer)).toEqual([]);
});

it('entries before an open question are written, those from it on wait', () => {
  const directory = folder();
  const peer: Peer = { pid: 4711, uid: 1000, gid: 1000, name: 'stop' };
  const { history } = opened(directory);
  for (const effect of goals(1, BATCH_ENTRIES - 1)) history.take(effect);
  for (const id of [0, 1, 2]) history.take(goal(BATCH_ENTRIES + id, 77));
  expect(readdirSync(directory)).toEqual([]);
  history.take(goal(BATCH_ENTRIES + 3, 78));
  for (const effect of goals(BATCH_ENTRIES + 4, 2 * BATCH_ENTRIES + 2)) history.take(effect);
  history.take({ type: 'peer', question: 77, peer });
  expect(ids(opened(directory).history)).toEqual(range(1, BATCH_ENTRIES + 2));
  history.take({ type: 'peer', question: 78, peer });
  history.flush();
  const named = opened(directory)
    .history.query(ALL)
    .entries.filter((entry) => 'cause' in entry && entry.cause.peer);
  expect(named.map(({ id }) => id)).toEqual(range(BATCH_ENTRIES, BATCH_ENTRIES + 3));
});

it('a snapshot waits for callers, but not for ever', () => {
  const { history } = opened(folder());
  expect(history.maySave()).toBe(true);
  for (const question of [77, 78]) {
    history.take(goal(question, question));
    const asked = Array.from({ length: MAX_PUT_OFF + 1 }, () => history.maySave());
    expect(asked.indexOf(true)).toBe(MAX_PUT_OFF);
    history.flush();
  }
  history.take(goal(79, 79));
  expect(history.maySave()).toBe(false);
  history.take({ type: 'peer', question: 79, peer: null });
  expect(history.maySave()).toBe(true);
});

it('a reader waits for the callers of the entries so far, and for no longer', async () => {
  const { history } = opened(folder());
  expect(history.callersKnown()).toBeUndefined();
  history.take(goal(1, 77));
  history.take(goal(2, 78));
  let isOver = false;
  const known = history.callersKnown()?.then(() => {
    isOver = true;
  });
  history.take(goal(3, 79));
  history.take({ type: 'peer', question: 77, peer: null });
  await Promise.resolve();
  expect(isOver).toBe(false);
  history.take({ type: 'peer', question: 78, peer: null });
  await known;
  expect(isOver).toBe(true);
  // The last one is not answered.
  await history.callersKnown();
  const written = history.callersKnown();
  history.flush();
  await written;
});
