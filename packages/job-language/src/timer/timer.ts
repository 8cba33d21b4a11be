/**
 * Operands of the event `timer`: `timer EVERY=5m`, `timer CRON="0 3 * * *"`, `timer AT=03:00`, with ZONE, RANDOM and PERSISTENT.
 * An operand with a fault never comes true, but is no error of the file: in 1.13.2 `timer` is an event like any other.
 */
import { DURATION_FORM, nearest, parseDuration } from '@upstart/common';
import { parseCron } from './cron.ts';
import { isZone, zoneNear } from './zone.ts';

/** The event that the timers emit. */
export const TIMER_EVENT = 'timer';

/** When a timer is due. `cron`: six fields, the second first. */
export type Schedule = { readonly everyMs: number } | { readonly cron: string };

export interface TimerSpec {
  readonly schedule: Schedule;
  /** The time zone of CRON and AT; null: that of init. */
  readonly zone: string | null;
  /** A run that was missed while the machine was off happens once at its next start. */
  readonly isPersistent: boolean;
  /** Each job starts up to so many milliseconds later, always the same for one job; 0: at the time itself. */
  readonly randomMs: number;
}

export interface TimerFault {
  /** The argument at fault, counted from 0; null: one is missing. */
  readonly argument: number | null;
  readonly text: string;
  /** What was probably meant, as a word of the condition. */
  readonly meant: string | null;
}

export type ParsedTimer = { readonly spec: TimerSpec } | { readonly fault: TimerFault };

const MIN_EVERY_MS = 1000;
const DAY_MS = 86_400_000;
const MAX_EVERY_MS = 366 * DAY_MS;
const MAX_RANDOM_MS = DAY_MS;

const SCHEDULES = ['EVERY', 'CRON', 'AT'] as const;
const KEYS: readonly string[] = [...SCHEDULES, 'ZONE', 'RANDOM', 'PERSISTENT'];
const KEY_LIST = 'EVERY=, CRON= or AT=, with ZONE=, RANDOM= and PERSISTENT=';
const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;
const YES_OR_NO = ['yes', 'no'];

/** Thrown and caught inside of `parseTimer`. */
class Fault extends Error {
  readonly meant: string | null;
  constructor(text: string, meant: string | null = null) {
    super(text);
    this.meant = meant;
  }
}

type Draft = { -readonly [K in keyof TimerSpec]: TimerSpec[K] };
type MayLack<T, K extends keyof T> = Omit<T, K> & { [P in K]: T[P] | null };

/** Reads the arguments of an operand, as they stand in the condition. */
export function parseTimer(args: readonly string[]): ParsedTimer {
  const draft: MayLack<Draft, 'schedule'> = { schedule: null, zone: null, isPersistent: false, randomMs: 0 };
  const places = new Map<string, number>();
  let argument: number | null = null;
  try {
    for (const [i, arg] of args.entries()) {
      argument = i;
      const [key, value] = splitWord(arg);
      if (places.has(key)) throw new Fault(`${key} stands twice`);
      places.set(key, i);
      setValue(draft, key, value);
    }
    argument = null;
    const { schedule, zone, randomMs } = draft;
    if (schedule === null) throw new Fault('a timer needs one of EVERY=, CRON= and AT=');
    if ('everyMs' in schedule) {
      argument = places.get('ZONE') ?? null;
      if (zone !== null) throw new Fault('ZONE is for CRON and AT: EVERY counts seconds');
      argument = places.get('RANDOM') ?? null;
      if (randomMs >= schedule.everyMs) throw new Fault('RANDOM has to be shorter than EVERY');
    }
    return { spec: { ...draft, schedule } };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { fault: { argument, text: error.message, meant: error.meant } };
  }
}

function splitWord(arg: string): [key: string, value: string] {
  const equals = arg.indexOf('=');
  if (equals < 0) throw new Fault(`expected KEY=VALUE instead of \`${arg}\``, meantByValue(arg));
  const key = arg.slice(0, equals);
  const value = arg.slice(equals + 1);
  if (key.endsWith('!'))
    throw new Fault('a timer has no `!=`: it is set by the values', `${key.slice(0, -1)}=${value}`);
  if (!KEYS.includes(key)) {
    const meant = nearest(key.toUpperCase(), KEYS);
    const text = `a timer has no ${key}=`;
    throw meant === null ? new Fault(`${text}, but ${KEY_LIST}`, null) : new Fault(text, `${meant}=${value}`);
  }
  if (value.includes('$')) throw new Fault('a timer takes no variables: it is set before any job runs');
  return [key, value];
}

/** `timer 5m`, `timer 03:00` and `timer @daily` lack the key alone. */
function meantByValue(word: string): string | null {
  if (CLOCK.test(word)) return `AT=${word}`;
  if (word.startsWith('@')) return `CRON=${word}`;
  return parseDuration(word) === null ? null : `EVERY=${word}`;
}

function setValue(draft: MayLack<Draft, 'schedule'>, key: string, value: string): void {
  if (SCHEDULES.some((name) => name === key) && draft.schedule !== null) {
    throw new Fault('a timer has only one of EVERY=, CRON= and AT=');
  }
  if (key === 'EVERY') draft.schedule = { everyMs: duration(key, value, MIN_EVERY_MS, MAX_EVERY_MS) };
  else if (key === 'CRON') draft.schedule = { cron: cron(value) };
  else if (key === 'AT') draft.schedule = { cron: timeOfDay(value) };
  else if (key === 'RANDOM') draft.randomMs = duration(key, value, 0, MAX_RANDOM_MS);
  else if (key === 'ZONE') draft.zone = zone(value);
  else draft.isPersistent = yesOrNo(key, value);
}

function duration(key: string, value: string, minMs: number, maxMs: number): number {
  const ms = parseDuration(value);
  if (ms === null) {
    const meant = parseDuration(normalUnits(value)) === null ? null : `${key}=${normalUnits(value)}`;
    throw new Fault(`${key}=${value} is not ${DURATION_FORM}`, meant);
  }
  if (ms < minMs) throw new Fault(`${key} is at least ${minMs / 1000}s`);
  if (ms > maxMs) throw new Fault(`${key} is at most ${maxMs / DAY_MS}d`);
  return ms;
}

/** `5min`, `2 hours` and `1H` in the units that timers take. */
function normalUnits(value: string): string {
  return value
    .toLowerCase()
    .replace(/\s+/g, '')
    .replace(/(\d)(s|m|h|d|w)[a-z]*/g, '$1$2');
}

function cron(value: string): string {
  const parsed = parseCron(value);
  if (typeof parsed === 'string') return parsed;
  const { word, text, meant } = parsed;
  throw new Fault(`CRON: ${text}`, meant === null ? null : `CRON="${value.toLowerCase().replace(word, meant)}"`);
}

function timeOfDay(value: string): string {
  const [, hour, minute, second = '0'] = CLOCK.exec(value) ?? [];
  if (hour === undefined) {
    const meant = CLOCK.test(value.replace('.', ':')) ? `AT=${value.replace('.', ':')}` : null;
    throw new Fault(`AT=${value} is no time of day such as 03:00`, meant);
  }
  return `${Number(second)} ${Number(minute)} ${Number(hour)} * * *`;
}

function zone(value: string): string {
  if (isZone(value)) return value;
  const meant = zoneNear(value);
  throw new Fault(`no time zone is called ${value}`, meant === null ? null : `ZONE=${meant}`);
}

function yesOrNo(key: string, value: string): boolean {
  if (YES_OR_NO.includes(value)) return value === 'yes';
  const isTrue = ['true', '1', 'on', 'y'].includes(value.toLowerCase());
  const meant = isTrue ? 'yes' : (nearest(value.toLowerCase(), YES_OR_NO) ?? 'no');
  throw new Fault(`${key} is yes or no`, `${key}=${meant}`);
}
