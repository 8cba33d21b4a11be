import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryEntry, HistoryQuery, Peer } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { decodeRecords } from '../state/records.ts';
import { BATCH_ENTRIES, type HistoryEffect, MAX_ANSWER_CHARACTERS, MAX_UNWRITTEN_ENTRIES } from './history.ts';
import { MAX_BYTES_OF_FILE, MAX_ENTRIES_OF_FILE } from './history-files.ts';
import { entriesOf, rowsOf } from './rows.ts';
import { ALL, folder, goal, goals, ids, opened, range } from './testing/entries.ts';

/** The first ids of the files. */
const firsts = (directory: string): number[] =>
  ['history-0', 'history-1'].flatMap((name) => {
    const { values } = decodeRecords(readFileSync(join(directory, name)));
    return (values[1] as { first: number }).first;
  });

it('rows hold every kind of entry', () => {
  const base = { id: 7, atMs: 1_700_000_000_000, monotonicMs: 12.345, after: 3 };
  const about = { ...base, job: 'web', instance: 'a' };
  const peer: Peer = { pid: 4711, uid: 1000, gid: 100, name: 'stop' };
  const entries: HistoryEntry[] = [
    { ...about, kind: 'goal', from: 'stop', to: 'start', cause: { kind: 'event', text: 'by `go`' } },
    { ...about, kind: 'goal', from: 'start', to: 'respawn', cause: { kind: 'process', text: '' } },
    { ...about, kind: 'goal', from: 'start', to: 'stop', cause: { kind: 'request', text: 'x', request: 'stop' } },
    { ...about, kind: 'goal', from: 'start', to: 'stop', cause: { kind: 'request', text: 'x', request: 'stop', peer } },
    {
      ...about,
      kind: 'goal',
      from: 'start',
      to: 'respawn',
      cause: { kind: 'check', text: 'because its check failed' },
    },
    { ...about, kind: 'state', from: 'post-stop', to: 'waiting' },
    { ...about, kind: 'process', process: 'pre-start', pid: 12 },
    { ...about, kind: 'exit', process: 'main', pid: 12, exitStatus: 3, exitSignal: null, text: 'terminated' },
    { ...about, kind: 'exit', process: 'main', pid: 0, exitStatus: null, exitSignal: 'KILL', text: '' },
    {
      ...{ ...about, kind: 'signal', process: 'main', pid: 12, signal: 'HUP' },
      cause: { kind: 'request', text: 'by request', request: 'reload', peer },
    },
    {
      ...{ ...about, kind: 'signal', process: 'post-stop', pid: 0, signal: '40' },
      cause: { kind: 'request', text: 'by request', request: 'kill' },
    },
    ...(['taken', 'handed-over', 'given-up', 'lost', 'returned'] as const).map(
      (change): HistoryEntry => ({
        ...{ ...about, kind: 'lease', lease: 'main', change, token: 42 },
        cause: { kind: 'request', text: 'from host b', request: 'grantLease', peer },
      }),
    ),
    { ...base, kind: 'event', event: 'go X=1', cause: { kind: 'init', text: 'by init' } },
    {
      ...{ ...base, kind: 'event', event: 'go' },
      cause: {
        kind: 'request',
        text: '',
        request: 'emit',
        peer: { ...peer, name: null, parent: { pid: 1, name: 'a) b' } },
      },
    },
  ];
  const read = (written: HistoryEntry[]) => entriesOf(JSON.parse(JSON.stringify(rowsOf(written))));
  for (const entry of entries) expect(read([entry])).toEqual([entry]);
  expect(read([])).toEqual([]);
  // The clock of the wall may have been put back, and the entry that led to this one may be the first of all.
  const moved = entries.map((entry, i) => ({
    ...entry,
    id: 7 + i,
    atMs: entry.atMs - i,
    monotonicMs: 12.345 + i / 8,
    after: i,
  }));
  expect(read(moved)).toEqual(moved);
});

it('each entry is there once, whether it was written or is replayed', () => {
  const directory = folder();
  const first = opened(directory);
  for (const effect of goals(1, BATCH_ENTRIES + 10)) first.history.take(effect);
  expect(ids(first.history)).toEqual(range(1, BATCH_ENTRIES + 10));
  // Killed: the journal replays what was not written, and some of what was.
  const second = opened(directory, goals(BATCH_ENTRIES - 5, BATCH_ENTRIES + 10));
  expect(second.last).toBe(BATCH_ENTRIES + 10);
  expect(ids(second.history)).toEqual(range(1, BATCH_ENTRIES + 10));
  second.history.take(goal(second.last + 1));
  second.history.flush();
  expect(ids(opened(directory).history)).toEqual(range(1, BATCH_ENTRIES + 11));
});

it('the files alternate, and nothing is missing but at the old end', () => {
  const directory = folder();
  const total = 2 * MAX_ENTRIES_OF_FILE + BATCH_ENTRIES;
  const { history } = opened(directory);
  for (let id = 1; id <= total; id++) history.take(goal(id));
  history.flush();
  const kept = ids(history);
  expect(kept.at(-1)).toBe(total);
  expect(kept).toEqual(range(kept[0]!, total));
  expect(kept.length).toBeGreaterThanOrEqual(MAX_ENTRIES_OF_FILE);
  expect(kept.length).toBeLessThanOrEqual(2 * MAX_ENTRIES_OF_FILE);
  expect(readdirSync(directory).sort()).toEqual(['history-0', 'history-1']);
  const next = opened(directory);
  expect(next.last).toBe(total);
  expect(ids(next.history)).toEqual(kept);
  next.history.take(goal(total + 1));
  const all = [...kept, total + 1];
  for (const asked of [history, next.history])
    for (const after of new Set([
      kept[0]!,
      ...[-2, -1, 0, 1].flatMap((off) => firsts(directory).map((id) => id + off)),
      total,
    ]))
      expect(asked.query({ ...ALL, after, limit: 3 }).entries.map(({ id }) => id)).toEqual(
        (asked === history ? kept : all).filter((id) => id > after).slice(0, 3),
      );
});

it('a torn end is cut, and replayed', () => {
  const directory = folder();
  const { history } = opened(directory);
  for (const effect of goals(1, 10)) history.take(effect);
  history.flush();
  const { size } = statSync(join(directory, 'history-0'));
  for (const effect of goals(11, 20)) history.take(effect);
  history.flush();
  for (const cut of [1, 9, statSync(join(directory, 'history-0')).size - size - 1]) {
    const copy = folder();
    writeFileSync(join(copy, 'history-0'), readFileSync(join(directory, 'history-0')));
    truncateSync(join(copy, 'history-0'), size + cut);
    const next = opened(copy, goals(5, 20));
    next.history.flush();
    expect(ids(opened(copy).history)).toEqual(range(1, 20));
  }
});

it('the history of another init is dropped, and so is a file that is none', () => {
  const directory = folder();
  const { history } = opened(directory);
  for (const effect of goals(1, 10)) history.take(effect);
  history.flush();
  writeFileSync(join(directory, 'history-1'), 'nonsense');
  const other = opened(directory, [], 'that');
  expect(other.last).toBe(0);
  other.history.take(goal(1));
  other.history.flush();
  expect(ids(opened(directory, [], 'that').history)).toEqual([1]);
});

it('a folder that takes nothing harms nothing; the log has it once, and the entries are written later', () => {
  const directory = join(folder(), 'later');
  const { history, said } = opened(directory);
  const total = MAX_UNWRITTEN_ENTRIES + 3 * BATCH_ENTRIES;
  for (let id = 1; id <= total; id++) history.take(goal(id));
  history.flush();
  expect(said).toEqual([expect.stringContaining('Unable to write the history: ENOENT')]);
  mkdirSync(directory);
  history.flush();
  expect(said[1]).toBe('The history can be written again');
  const kept = ids(opened(directory).history);
  expect(kept).toEqual(range(total - MAX_UNWRITTEN_ENTRIES + 1, total));
});

it('files that were removed are made again', () => {
  const directory = folder();
  const { history } = opened(directory);
  history.take(goal(1));
  history.flush();
  rmSync(join(directory, 'history-0'));
  history.take(goal(2));
  history.flush();
  expect(ids(opened(directory).history)).toEqual([2]);
});

it('questions are answered by job, time and place; the newest where no place is given', () => {
  const { history } = opened(folder());
  for (const effect of goals(1, 9)) history.take(effect);
  history.flush();
  history.take(goal(10));
  const asked = (query: Partial<HistoryQuery>) => history.query({ ...ALL, ...query }).entries.map(({ id }) => id);
  expect(asked({ job: 'even' })).toEqual([2, 4, 6, 8, 10]);
  expect(asked({ sinceMs: 1008 })).toEqual([8, 9, 10]);
  expect(asked({ after: 7 })).toEqual([8, 9, 10]);
  expect(asked({ after: 2, limit: 2 })).toEqual([3, 4]);
  expect(asked({ after: null, limit: 3 })).toEqual([8, 9, 10]);
  expect(asked({ after: null, job: 'odd', limit: 2 })).toEqual([7, 9]);
  expect(history.query({ ...ALL, after: 2, limit: 2 })).toMatchObject({ upTo: 4, more: true });
  expect(history.query({ ...ALL, after: 10 })).toMatchObject({ upTo: 10, more: false, entries: [] });
  expect(asked({ limit: 0 })).toEqual([]);
  const empty = opened(folder()).history;
  expect(empty.query({ ...ALL, after: null })).toEqual({ entries: [], upTo: 0, more: false });
});

describe('names of thousands of characters', () => {
  const job = 'folder/'.repeat(500);
  const named = (id: number, instance: string): HistoryEffect => {
    const effect = goal(id);
    return { ...effect, entry: { ...(effect as { entry: HistoryEntry }).entry, job, instance } } as HistoryEffect;
  };

  it('are whole, and found', () => {
    const directory = folder();
    const { history } = opened(directory);
    history.take(goal(1));
    history.take(named(2, 'x'.repeat(1024)));
    history.flush();
    expect(ids(opened(directory).history, job)).toEqual([2]);
    expect(history.query({ ...ALL, job }).entries).toMatchObject([{ job, instance: 'x'.repeat(1024) }]);
  });

  it('come in several answers, none of which is too long', () => {
    const { history } = opened(folder());
    const each = job.length + 1024;
    const inOne = Math.ceil(MAX_ANSWER_CHARACTERS / each);
    for (let id = 1; id <= inOne + 1; id++) history.take(named(id, 'x'.repeat(1024)));
    expect(history.query(ALL)).toMatchObject({ upTo: inOne, more: true });
    expect(history.query({ ...ALL, after: null }).entries.map(({ id }) => id)).toEqual(range(2, inOne + 1));
    expect(ids(history)).toEqual(range(1, inOne + 1));
  });

  it('fill a file before there are 10,000 entries', () => {
    const directory = folder();
    const { history } = opened(directory);
    for (let id = 1; id <= MAX_ENTRIES_OF_FILE; id++) history.take(named(id, 'x'.repeat(1024)));
    history.flush();
    for (const name of ['history-0', 'history-1']) {
      const { size } = statSync(join(directory, name));
      expect(size).toBeLessThanOrEqual(MAX_BYTES_OF_FILE);
    }
    const kept = ids(history);
    expect(kept).toEqual(range(kept[0]!, MAX_ENTRIES_OF_FILE));
    expect(kept.length * job.length).toBeGreaterThan(MAX_BYTES_OF_FILE / 2);
  });
});

it('finds the last changes of the leases of a job, however many other entries are behind them', () => {
  const { history } = opened(folder());
  const lease = (id: number, job: string): HistoryEffect => ({
    type: 'history',
    entry: {
      ...{ id, atMs: id, monotonicMs: id, after: 0, kind: 'lease', job, instance: '', lease: 'main', change: 'taken' },
      ...{ token: id, cause: { kind: 'request', text: '', request: 'grantLease' } },
    },
  });
  for (const id of [1, 2, 3]) history.take(lease(id, 'odd'));
  history.take(lease(4, 'even'));
  for (const effect of goals(5, MAX_ENTRIES_OF_FILE)) history.take(effect);
  expect(history.lastOfLeases('odd', 2).map(({ token }) => token)).toEqual([2, 3]);
  expect(history.lastOfLeases('even', 2).map(({ token }) => token)).toEqual([4]);
  expect(history.lastOfLeases('none', 2)).toEqual([]);
});
