/** The runs of jobs, from the history: when each began, with which process, and how the one before has ended. */

import type { Slot } from '@upstart/common';
import { ALWAYS, nameOfLog, type Period } from '@upstart/log-reader';
import type { HistoryEntry, Notification } from '@upstart/protocol';
import { isComingUp, phaseOf } from '../../timeline/phases.ts';

export interface Run {
  /** The label of its log. */
  readonly label: string;
  readonly job: string;
  /** When it was on its way, in milliseconds since the epoch: before that there is no output of it. */
  readonly atMs: number;
  /** Its main process. */
  readonly pid: number;
  /** That and its hooks up to then. */
  readonly pids: readonly number[];
  /** How the main process of the run before has ended: `exit status 3`, `the TERM signal`; null: not known, or there was none. */
  readonly after: string | null;
}

interface Track {
  comingMs: number | null;
  pids: number[];
  after: string | null;
}

/** All runs with a main process, oldest first, that these entries tell of. */
export function runsOf(entries: readonly HistoryEntry[]): Run[] {
  const tracks = new Map<string, Track>();
  const runs: Run[] = [];
  for (const entry of entries) {
    if (entry.kind === 'event') continue;
    const label = nameOfLog(entry.job, entry.instance);
    const track = tracks.get(label) ?? { comingMs: null, pids: [], after: null };
    tracks.set(label, track);
    if (isBeginning(entry)) track.comingMs ??= entry.atMs;
    if (entry.kind === 'process' && FIRST.has(entry.process)) track.pids.push(entry.pid);
    if (entry.kind === 'exit' && entry.process === 'main') {
      track.after = endText(entry);
      track.comingMs = null;
      track.pids = [];
    }
    if (entry.kind !== 'process' || entry.process !== 'main') continue;
    const { comingMs, pids, after } = track;
    runs.push({ label, job: entry.job, atMs: comingMs ?? entry.atMs, pid: entry.pid, pids, after });
    tracks.set(label, { comingMs: null, pids: [], after });
  }
  return runs.sort((one, other) => one.atMs - other.atMs);
}

/** Processes that write before the main one does, and that. */
const FIRST: ReadonlySet<Slot> = new Set(['security', 'pre-start', 'main']);

function isBeginning(entry: Exclude<HistoryEntry, { kind: 'event' }>): boolean {
  if (entry.kind === 'state') return isComingUp(phaseOf(entry.to));
  return entry.kind === 'process' && entry.process === 'pre-start';
}

type Exit = Pick<Extract<HistoryEntry, { kind: 'exit' }>, 'exitStatus' | 'exitSignal' | 'text'>;

function endText({ exitStatus, exitSignal, text }: Exit): string {
  if (exitStatus !== null) return `exit status ${exitStatus}`;
  return exitSignal === null ? text : afterSignal(exitSignal);
}

const afterSignal = (signal: string): string => (/^\d/.test(signal) ? `signal ${signal}` : `the ${signal} signal`);

/** The same from the words of a notification. */
function endOf(text: string): string {
  const [, status, signal] =
    /^(?:terminated with status (\d+)|killed by (?:signal )?(\w+)(?: signal)?)$/.exec(text) ?? [];
  if (text === 'exited normally') return 'exit status 0';
  if (status !== undefined) return `exit status ${status}`;
  return signal === undefined ? text : afterSignal(signal);
}

/** `— web started, process 4711, after exit status 3 —` */
export function markText({ job, pid, after }: Pick<Run, 'job' | 'pid' | 'after'>): string {
  return `— ${job} started, process ${pid}${after === null ? '' : `, after ${after}`} —`;
}

/**
 * The period of a run: 0 is the last one, -1 the one before, and 1 the first that is known. null: there is no such run.
 */
export function periodOfRun(runs: readonly Run[], number: number): Period | null {
  const at = number > 0 ? number - 1 : runs.length - 1 + number;
  const run = runs[at];
  return run === undefined ? null : { sinceMs: run.atMs, untilMs: runs[at + 1]?.atMs ?? ALWAYS.untilMs };
}

/** Finds runs that begin, in the notifications of init. */
export class RunWatch {
  readonly #after = new Map<string, string>();

  /** The run that has just begun. `nowMs`: the time of day. */
  noticed(notification: Notification, nowMs: number): Run | null {
    const { event } = notification;
    if ((event !== 'process' && event !== 'process-ended') || notification.slot !== 'main') return null;
    const { job, instance, pid } = notification;
    const label = nameOfLog(job, instance);
    if (event === 'process')
      return { label, job, pid, pids: [pid], atMs: nowMs, after: this.#after.get(label) ?? null };
    this.#after.set(label, endOf(notification.text));
    return null;
  }
}
