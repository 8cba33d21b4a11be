import type { HistoryEntry } from '@upstart/protocol';
import { expect, it } from 'vitest';
import { markText, periodOfRun, RunWatch, runsOf } from './runs.ts';

let id = 0;
const entry = (atMs: number, more: object) =>
  ({ id: ++id, atMs, monotonicMs: atMs, after: 0, job: 'a/web', instance: '1', ...more }) as HistoryEntry;
const spawning = (atMs: number) => entry(atMs, { kind: 'state', from: 'waiting', to: 'starting' });
const main = (atMs: number, pid: number) => entry(atMs, { kind: 'process', process: 'main', pid });
const exit = (atMs: number, exitStatus: number | null, exitSignal: string | null = null) =>
  entry(atMs, { kind: 'exit', process: 'main', pid: 1, exitStatus, exitSignal, text: 'unable to execute' });

const ENTRIES = [
  ...[spawning(10), main(12, 100), exit(20, 3)],
  entry(21, { kind: 'state', from: 'running', to: 'post-stop' }),
  ...[spawning(30), main(31, 101), exit(40, null, 'TERM'), main(50, 102)],
];

it('begin where the instance is on its way, with the end of the one before', () => {
  const runs = runsOf(ENTRIES);
  expect(runs.map(({ atMs, pid }) => [atMs, pid])).toEqual([
    [10, 100],
    [30, 101],
    [50, 102],
  ]);
  expect(runs.map(markText)).toEqual([
    '— a/web started, process 100 —',
    '— a/web started, process 101, after exit status 3 —',
    '— a/web started, process 102, after the TERM signal —',
  ]);
  expect(new Set(runs.map(({ label }) => label))).toEqual(new Set(['a_web-1']));
});

it('are counted from the last one back, and from the first one on', () => {
  const runs = runsOf(ENTRIES);
  const always = Number.POSITIVE_INFINITY;
  expect(periodOfRun(runs, 0)).toEqual({ sinceMs: 50, untilMs: always });
  expect(periodOfRun(runs, -1)).toEqual({ sinceMs: 30, untilMs: 50 });
  expect(periodOfRun(runs, 1)).toEqual({ sinceMs: 10, untilMs: 30 });
  expect([periodOfRun(runs, -3), periodOfRun(runs, 4), periodOfRun([], 0)]).toEqual([null, null, null]);
});

it('that begin are noticed', () => {
  const watch = new RunWatch();
  const of = { job: 'web', instance: '', slot: 'main', pid: 7 } as const;
  expect(watch.noticed({ event: 'process-ended', ...of, text: 'terminated with status 3' }, 5)).toBeNull();
  expect(watch.noticed({ event: 'process', ...of, slot: 'pre-start' }, 6)).toBeNull();
  const run = watch.noticed({ event: 'process', ...of }, 7);
  expect(run && markText(run)).toBe('— web started, process 7, after exit status 3 —');
});

it.each([
  ['exited normally', 'exit status 0'],
  ['killed by TERM signal', 'the TERM signal'],
  ['killed by signal 40', 'signal 40'],
  ['has vanished, its status is not known', 'has vanished, its status is not known'],
])('after one that %s', (text, after) => {
  const watch = new RunWatch();
  const of = { job: 'web', instance: '', slot: 'main', pid: 7 } as const;
  watch.noticed({ event: 'process-ended', ...of, text }, 5);
  expect(watch.noticed({ event: 'process', ...of }, 7)?.after).toBe(after);
});
