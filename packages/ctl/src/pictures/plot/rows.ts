/** The content of a plot without its places: a row for each instance and each event, bars in rows, arrows between rows. Pure. */
import type { HistoryEntry, JobStatus } from '@upstart/protocol';
import { type InstanceEntry, keyOf, labelOf } from '../../timeline/entries.ts';
import { isComingUp, type Phase, phaseOf } from '../../timeline/phases.ts';

/** The most rows that are drawn; the rest is counted. */
export const MAX_ROWS = 2000;

/** The share of time that is shown after the last entry, so that the last state has a bar. */
const LAST_SHARE = 0.03;

/** Times are milliseconds of monotonic time. */
export interface Bar {
  readonly phase: Phase;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Row {
  readonly kind: 'job' | 'event';
  readonly label: string;
  readonly bars: readonly Bar[];
  /** When it first began; of an event, its time. */
  readonly fromMs: number;
  /** The time until it was running for the first time; null: it never was, or is an event. */
  readonly upMs: number | null;
  /** The failure of its last run, in a few words; null: none. */
  readonly failure: string | null;
  /** When its processes failed. */
  readonly badExitsMs: readonly number[];
  /** The last phase; null: it is stopped, or an event. */
  readonly phase: Phase | null;
  /** Whether it belongs to the chain. */
  readonly isInChain: boolean;
}

/** From the row of a cause to the row on which it acts. */
export interface Link {
  readonly kind: 'start' | 'stop' | 'wait';
  readonly from: number;
  readonly fromMs: number;
  readonly to: number;
  readonly toMs: number;
  readonly isInChain: boolean;
}

export interface Plot {
  readonly rows: readonly Row[];
  readonly links: readonly Link[];
  readonly fromMs: number;
  readonly toMs: number;
  /** The number of rows beyond the limit. */
  readonly dropped: number;
}

/** `chain`: ids of the highlighted entries. `isWanted`: whether a job is shown; null: shows all jobs and events. */
export function plotOf(
  entries: readonly HistoryEntry[],
  jobs: readonly JobStatus[],
  { chain, isWanted }: { chain: ReadonlySet<number>; isWanted: ((job: string) => boolean) | null },
): Plot {
  const causes = new Set(entries.map(({ after }) => after));
  const groups = new Map<string, HistoryEntry[]>();
  for (const entry of entries) {
    // Skips an event that has caused nothing.
    if (entry.kind === 'event' ? isWanted !== null || !causes.has(entry.id) : isWanted?.(entry.job) === false) continue;
    const key = entry.kind === 'event' ? `event\0${entry.id}` : keyOf(entry);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  const kept = [...groups.values()].slice(0, MAX_ROWS);
  const shown = kept.flat();
  const fromMs = shown.reduce((least, { monotonicMs }) => Math.min(least, monotonicMs), Number.POSITIVE_INFINITY);
  const toMs = shown.reduce((most, { monotonicMs }) => Math.max(most, monotonicMs), 0);
  const beginMs = shown.length === 0 ? 0 : fromMs;
  const endMs = shown.length === 0 ? 0 : toMs + Math.max(1, (toMs - fromMs) * LAST_SHARE);
  const failures = failuresOf(jobs);
  const rows = kept.map((group) => rowOf(group, { beginMs, endMs, chain, failures }));
  return {
    rows,
    links: linksOf(kept, entries, chain),
    fromMs: beginMs,
    toMs: endMs,
    dropped: groups.size - kept.length,
  };
}

interface Setting {
  readonly beginMs: number;
  readonly endMs: number;
  readonly chain: ReadonlySet<number>;
  /** The trouble of each job and instance; null for a healthy one. */
  readonly failures: ReadonlyMap<string, string | null>;
}

function rowOf(group: readonly HistoryEntry[], { beginMs, endMs, chain, failures }: Setting): Row {
  const [first] = group as [HistoryEntry];
  const isInChain = group.some(({ id }) => chain.has(id));
  if (first.kind === 'event') {
    const none = { bars: [], upMs: null, failure: null, badExitsMs: [], phase: null };
    return { kind: 'event', label: first.event, fromMs: first.monotonicMs, ...none, isInChain };
  }
  const bars: Bar[] = [];
  let [phase, sinceMs] = [phaseBefore(group), beginMs];
  for (const entry of group) {
    if (entry.kind !== 'state') continue;
    if (phase !== null) bars.push({ phase, fromMs: sinceMs, toMs: entry.monotonicMs });
    phase = phaseOf(entry.to);
    sinceMs = entry.monotonicMs;
  }
  if (phase !== null) bars.push({ phase, fromMs: sinceMs, toMs: endMs });
  const up = group.find((entry) => entry.kind === 'state' && entry.to === 'running');
  const fromMs = bars[0]?.fromMs ?? first.monotonicMs;
  return {
    ...{ kind: 'job', label: labelOf(first), bars: joined(bars), fromMs, phase, isInChain },
    upMs: up ? up.monotonicMs - fromMs : null,
    failure: failureOf(group as InstanceEntry[], failures),
    badExitsMs: group.flatMap((entry) => (isBad(entry) ? [entry.monotonicMs] : [])),
  };
}

/** The phase of an instance before its first entry; null: it did not exist. */
function phaseBefore(group: readonly HistoryEntry[]): Phase | null {
  const state = group.find((entry) => entry.kind === 'state');
  return state?.kind === 'state' ? phaseOf(state.from) : null;
}

/** Merges neighbouring bars of one phase. */
function joined(bars: readonly Bar[]): Bar[] {
  const all: Bar[] = [];
  for (const bar of bars) {
    const last = all.at(-1);
    if (last && last.phase === bar.phase && last.toMs === bar.fromMs) all[all.length - 1] = { ...last, toMs: bar.toMs };
    else all.push(bar);
  }
  return all;
}

const FAILED: ReadonlySet<string | undefined> = new Set(['broken', 'failed', 'flapping']);

function failuresOf(jobs: readonly JobStatus[]): Map<string, string | null> {
  const failures = new Map<string, string | null>();
  for (const { job, health, why, instances, last } of jobs) {
    if (health === undefined) continue;
    if (instances.length === 0)
      failures.set(keyOf({ job, instance: last?.instance ?? '' }), FAILED.has(health) ? (why ?? health) : null);
    for (const { name: instance, health = 'well', why } of instances)
      failures.set(keyOf({ job, instance }), FAILED.has(health) ? (why ?? health) : null);
  }
  return failures;
}

/** The present failure by init; without an answer of init, the end of the last run. */
function failureOf(group: readonly InstanceEntry[], failures: ReadonlyMap<string, string | null>): string | null {
  const known = failures.get(keyOf(group[0] as InstanceEntry));
  if (known !== undefined) return known;
  const goal = group.findLast((entry) => entry.kind === 'goal');
  if (goal?.kind !== 'goal' || goal.to !== 'stop' || goal.cause.kind !== 'process') return null;
  const exit = group.findLast((entry) => isBad(entry) && entry.id < goal.id);
  return exit?.kind === 'exit' ? `${exit.process} process ${exit.text}` : null;
}

function isBad(entry: HistoryEntry): boolean {
  return entry.kind === 'exit' && entry.exitStatus !== 0 && entry.exitSignal !== 'TERM';
}

function linksOf(
  groups: readonly HistoryEntry[][],
  entries: readonly HistoryEntry[],
  chain: ReadonlySet<number>,
): Link[] {
  const known = new Map(entries.map((entry) => [entry.id, entry]));
  const rows = new Map(groups.flatMap((group, row) => group.map(({ id }) => [id, row] as const)));
  return groups.flatMap((group, to) =>
    group.flatMap((entry): Link[] => {
      const cause = known.get(entry.after);
      const from = rows.get(entry.after);
      if (cause === undefined || from === undefined || from === to) return [];
      const isInChain = chain.has(entry.id) && chain.has(cause.id);
      return [{ kind: linkKind(entry), from, fromMs: cause.monotonicMs, to, toMs: entry.monotonicMs, isInChain }];
    }),
  );
}

function linkKind(entry: HistoryEntry): Link['kind'] {
  if (entry.kind !== 'goal') return 'wait';
  return entry.to === 'stop' ? 'stop' : 'start';
}

/** The number of rows of each kind, for the title. */
export function totals({ rows }: Plot): {
  jobs: number;
  running: number;
  coming: number;
  stopped: number;
  failed: number;
} {
  const jobs = rows.filter(({ kind }) => kind === 'job');
  const count = (isMeant: (row: Row) => boolean): number => jobs.filter(isMeant).length;
  return {
    jobs: jobs.length,
    failed: count(({ failure }) => failure !== null),
    running: count(({ phase, failure }) => phase === 'running' && failure === null),
    coming: count(({ phase, failure }) => isComingUp(phase) && failure === null),
    stopped: count(({ phase, failure }) => (phase === null || phase === 'stopping') && failure === null),
  };
}
