/** The turns of a timer: the times at which it is due (reference: timers §1). All times are milliseconds since the epoch. */
import type { TimerSpec } from '@upstart/job-language';
import { Cron } from 'croner';

/** A time at which a timer is due. */
export interface Turn {
  /** As the words of the condition say. */
  readonly dueMs: number;
  /** When the job is started: `dueMs` and what RANDOM adds. */
  readonly startMs: number;
}

/** EVERY counts from a Monday, 1970-01-05 00:00 UTC. */
const ORIGIN_MS = 4 * 86_400_000;

/** The first turn that is due after `afterMs`; null: there is none. */
export function turnAfter(spec: TimerSpec, spreadMs: number, afterMs: number): Turn | null {
  const dueMs = dueAfter(spec, afterMs);
  return dueMs === null ? null : { dueMs, startMs: dueMs + spreadMs };
}

/** The first turn that starts the job after `afterMs`. */
export function firstTurn(spec: TimerSpec, spreadMs: number, afterMs: number): Turn | null {
  return turnAfter(spec, spreadMs, afterMs - spreadMs);
}

/** Whether it is due at times of the day rather than all through it (reference: timers §3). */
export function isFixedTime({ schedule }: TimerSpec): boolean {
  return 'cron' in schedule && !/[*/]/.test(schedule.cron.split(' ').slice(0, 3).join(' '));
}

function dueAfter(spec: TimerSpec, afterMs: number): number | null {
  const { schedule } = spec;
  if ('everyMs' in schedule) {
    const { everyMs } = schedule;
    return ORIGIN_MS + (Math.floor((afterMs - ORIGIN_MS) / everyMs) + 1) * everyMs;
  }
  const after = new Date(Math.floor(afterMs));
  return cronOf(spec, schedule.cron).nextRun(after)?.getTime() ?? null;
}

/** The most expressions that are kept; many jobs have the same few. */
const MAX_KEPT = 1000;
/** Expressions that were read before, by zone and text: to read one takes longer than to use it. */
const crons = new Map<string, Cron>();

function cronOf({ zone }: TimerSpec, expression: string): Cron {
  const key = `${zone ?? ''} ${expression}`;
  const known = crons.get(key);
  if (known) return known;
  const options = { mode: '6-part', paused: true, fixedTimeRule: 'no-wildcard' } as const;
  const cron = new Cron(expression, zone === null ? options : { ...options, timezone: zone });
  if (crons.size >= MAX_KEPT) crons.clear();
  crons.set(key, cron);
  return cron;
}
