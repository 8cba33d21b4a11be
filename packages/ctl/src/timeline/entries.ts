/** The input of `chain` and `plot`: the entries of the history since this boot, and those among them that are the boot. Pure. */
import type { HistoryCause, HistoryEntry } from '@upstart/protocol';
import { isComingUp, type Phase, phaseOf } from './phases.ts';

/** An entry of an instance. */
export type InstanceEntry = Exclude<HistoryEntry, { kind: 'event' }>;

/** So long after the last thing of a boot has happened, what happens next is no part of it, in milliseconds. */
export const BOOT_GAP_MS = 30_000;

/** `JOB`, or `JOB (INSTANCE)`. */
export function labelOf({ job, instance }: Pick<InstanceEntry, 'job' | 'instance'>): string {
  return instance === '' ? job : `${job} (${instance})`;
}

/** A text for each instance, which no other one has. */
export function keyOf({ job, instance }: Pick<InstanceEntry, 'job' | 'instance'>): string {
  return `${job}\0${instance}`;
}

/** Entries of one machine start may be out of order by less than that, in milliseconds. */
export const CLOCK_SLACK_MS = 100;

/** The entries since the machine was started: before that, its clock showed more than at the beginning of this time. */
export function ofThisMachineStart(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const isBefore = (before: HistoryEntry | undefined, entry: HistoryEntry): boolean =>
    before !== undefined && entry.monotonicMs < before.monotonicMs - CLOCK_SLACK_MS;
  const last = entries.findLastIndex((entry, at) => isBefore(entries[at - 1], entry));
  return last < 0 ? entries : entries.slice(last);
}

/**
 * The entries from init's first event on, until nothing has happened for `BOOT_GAP_MS` and no job is coming up; without those of jobs that
 * a user started by hand. Respawns do not prolong it: a job that is respawned for ever has a boot with an end.
 * null: the first event is not among the entries.
 */
export function ofBoot(entries: readonly HistoryEntry[]): HistoryEntry[] | null {
  const [first] = entries;
  if (first?.kind !== 'event' || first.cause.kind !== 'init') return null;
  const boot: HistoryEntry[] = [];
  const known = new Map<number, HistoryEntry>();
  const byHand = new Set<number>();
  const phases = new Map<string, Phase | null>();
  const ups = new Map<string, 'coming' | 'respawned'>();
  let coming = 0;
  let lastMs = first.monotonicMs;
  let length = 0;
  for (const entry of entries) {
    known.set(entry.id, entry);
    if (isBeginning(entry, known.get(entry.after)) ? isByHand(entry) : byHand.has(entry.after)) {
      byHand.add(entry.id);
      continue;
    }
    if (coming === 0 && entry.monotonicMs - lastMs > BOOT_GAP_MS) break;
    boot.push(entry);
    if (isOfRespawn(entry, ups)) continue;
    lastMs = entry.monotonicMs;
    length = boot.length;
    if (entry.kind !== 'state') continue;
    const phase = phaseOf(entry.to);
    coming += Number(isComingUp(phase)) - Number(isComingUp(phases.get(keyOf(entry)) ?? null));
    phases.set(keyOf(entry), phase);
  }
  return boot.slice(0, length);
}

/** Whether an entry is part of a respawn. `ups`: how far each instance that is to run has come, which this keeps. */
function isOfRespawn(entry: HistoryEntry, ups: Map<string, 'coming' | 'respawned'>): boolean {
  if (entry.kind === 'event') return false;
  const key = keyOf(entry);
  if (entry.kind === 'goal' && entry.to === 'start') ups.set(key, 'coming');
  else if (entry.kind === 'goal') ups.delete(key);
  else if (entry.kind === 'state' && phaseOf(entry.from) === 'running' && ups.has(key)) ups.set(key, 'respawned');
  return ups.get(key) === 'respawned';
}

/**
 * Whether a chain of causes begins with this entry: it came after none, or it is a goal that was set from outside, which came after the entry
 * before of the same instance only in time. `before`: the entry that it came after, if that is known.
 */
export function isBeginning(entry: HistoryEntry, before: HistoryEntry | undefined): boolean {
  if (entry.after === 0) return true;
  if (entry.kind !== 'goal' || before === undefined || before.kind === 'event') return false;
  return OUTSIDE.has(entry.cause.kind) && keyOf(before) === keyOf(entry);
}

const OUTSIDE: ReadonlySet<HistoryCause['kind']> = new Set(['request', 'timer', 'init']);

/** A client from outside of all jobs has asked for it. */
function isByHand(entry: HistoryEntry): boolean {
  return entry.kind === 'goal' && entry.cause.kind === 'request';
}
