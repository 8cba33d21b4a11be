/** The chain of steps before a start: from an entry of the history back to the entry that each one followed. Pure. */
import type { HistoryEntry } from '@upstart/protocol';
import { type InstanceEntry, isBeginning, keyOf, ofBoot, ofThisMachineStart } from './entries.ts';
import { type Phase, phaseOf } from './phases.ts';

/** The most steps of a chain; earlier ones are dropped. */
export const MAX_STEPS = 200;

/** A part of the chain: an event, or one instance for a while. Times are milliseconds since the beginning of the boot or of the chain. */
export interface ChainStep {
  readonly kind: 'job' | 'event';
  /** The name of the job; null for an event. */
  readonly job: string | null;
  readonly instance: string;
  /** The event with its variables; null for a job. */
  readonly event: string | null;
  /** The moment that the next step waited for: a state (`running`, `stopped`, …), `started` or `ended` of a process, `emitted`. */
  readonly reached: string;
  readonly atMs: number;
  /** Since the step before. */
  readonly tookMs: number;
  /** Of an event its cause; of a job why it was started, `` by `started JOB=db` ``, or null if it was not in this step. */
  readonly cause: string | null;
  /** The time of the instance in each phase during this step. */
  readonly phases: readonly { readonly phase: Phase; readonly ms: number }[];
}

export interface Chain {
  /** The last step first. */
  readonly steps: readonly ChainStep[];
  readonly totalMs: number;
  /** Whether it leads back to a beginning; otherwise the history does not reach back so far, or there are too many steps. */
  readonly complete: boolean;
  /** When it begins, in milliseconds since the epoch. */
  readonly beganMs: number;
  /** The ids of its entries. */
  readonly entries: ReadonlySet<number>;
}

/**
 * The chain of the boot: of the job that was running last of all that came up by themselves. Times are those since the boot's first event,
 * to which the chain does not lead where something outside of all jobs has emitted an event. null: the history has no boot.
 */
export function bootChain(entries: readonly HistoryEntry[]): Chain | null {
  const current = ofThisMachineStart(entries);
  const running = new Set<string>();
  let last: HistoryEntry | null = null;
  const boot = ofBoot(current) ?? [];
  // Whatever is running once more has been respawned, or restarted.
  for (const entry of boot) {
    if (entry.kind !== 'state' || entry.to !== 'running' || running.has(keyOf(entry))) continue;
    running.add(keyOf(entry));
    last = entry;
  }
  return last && chainTo(last, current, boot[0]);
}

/**
 * The chain of the last start of a job, or of one of its instances (null: of any): until it was running, or to where it has come. null: the
 * history has no start.
 */
export function jobChain(entries: readonly HistoryEntry[], job: string, instance: string | null): Chain | null {
  const current = ofThisMachineStart(entries);
  const isMeant = (entry: HistoryEntry): entry is InstanceEntry =>
    entry.kind !== 'event' && entry.job === job && (instance === null || entry.instance === instance);
  const start = current.findLast(
    (entry) => isMeant(entry) && entry.kind === 'goal' && entry.to === 'start' && entry.from !== 'respawn',
  );
  if (start?.kind !== 'goal') return null;
  let reached: HistoryEntry = start;
  for (const entry of current) {
    if (entry.id <= start.id || !isMeant(entry) || entry.instance !== start.instance) continue;
    if (entry.kind === 'goal') break;
    reached = entry;
    if (entry.kind === 'state' && entry.to === 'running') break;
  }
  return chainTo(reached, current);
}

/** `from`: what times are counted from; the first entry of the chain unless given. */
function chainTo(target: HistoryEntry, entries: readonly HistoryEntry[], from?: HistoryEntry): Chain {
  const known = new Map(entries.map((entry) => [entry.id, entry]));
  const path: HistoryEntry[] = [];
  let entry: HistoryEntry | undefined = target;
  let complete = true;
  while (entry !== undefined) {
    path.push(entry);
    const { after, id } = entry as HistoryEntry;
    // Each entry came after one with a smaller id.
    const before: HistoryEntry | undefined = after < id ? known.get(after) : undefined;
    const isFirst = isBeginning(entry, before);
    if (before === undefined && !isFirst) complete = false;
    entry = isFirst ? undefined : before;
  }
  path.reverse();
  const began = from ?? (path[0] as HistoryEntry);
  const groups = grouped(path);
  const kept = groups.slice(-MAX_STEPS);
  const steps = kept.map((group, at) =>
    stepOf(group, groups[groups.length - kept.length + at - 1]?.at(-1), began.monotonicMs),
  );
  return {
    steps: steps.reverse(),
    totalMs: micro(target.monotonicMs - began.monotonicMs),
    complete: complete && kept.length === groups.length,
    beganMs: began.atMs,
    entries: new Set(path.map(({ id }) => id)),
  };
}

/** Rounds milliseconds to a microsecond. Entries may be out of order by less. */
const micro = (ms: number): number => Math.max(0, Math.round(ms * 1000) / 1000);

/** Neighbours of one instance belong together. */
function grouped(path: readonly HistoryEntry[]): HistoryEntry[][] {
  const groups: HistoryEntry[][] = [];
  for (const entry of path) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    const isSame = before && before.kind !== 'event' && entry.kind !== 'event' && keyOf(before) === keyOf(entry);
    if (last && isSame) last.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

function stepOf(group: readonly HistoryEntry[], before: HistoryEntry | undefined, beganMs: number): ChainStep {
  const last = group.at(-1) as HistoryEntry;
  const sinceMs = (before ?? (group[0] as HistoryEntry)).monotonicMs;
  const [atMs, tookMs] = [micro(last.monotonicMs - beganMs), micro(last.monotonicMs - sinceMs)];
  const times = { reached: reachedBy(last), atMs, tookMs };
  if (last.kind === 'event') {
    const { event, cause } = last;
    return { kind: 'event', job: null, instance: '', event, ...times, cause: cause.text, phases: [] };
  }
  const { job, instance } = last;
  const start = group.findLast((entry) => entry.kind === 'goal' && entry.to === 'start');
  const cause = start?.kind === 'goal' ? start.cause.text : null;
  return { kind: 'job', job, instance, event: null, ...times, cause, phases: phasesOf(group) };
}

const REACHED = {
  goal: 'asked for',
  process: 'started',
  exit: 'ended',
  event: 'emitted',
  signal: 'signalled',
} as const;

function reachedBy(entry: HistoryEntry): string {
  if (entry.kind === 'lease') return `lease ${entry.change}`;
  if (entry.kind !== 'state') return REACHED[entry.kind];
  return entry.to === 'waiting' ? 'stopped' : entry.to;
}

function phasesOf(group: readonly HistoryEntry[]): ChainStep['phases'] {
  const totals = new Map<Phase, number>();
  let phase: Phase | null = null;
  group.forEach((entry, at) => {
    if (entry.kind === 'state') phase = phaseOf(entry.to);
    const next = group[at + 1];
    if (phase !== null && next) totals.set(phase, (totals.get(phase) ?? 0) + next.monotonicMs - entry.monotonicMs);
  });
  return [...totals].flatMap(([name, ms]) => (ms > 0 ? [{ phase: name, ms: micro(ms) }] : []));
}
