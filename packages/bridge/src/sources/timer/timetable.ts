/** Which timers are due when, over clocks that are set and machines that sleep (reference: timers §3). Pure: the time is given. */
import type { TimerSpec } from '@upstart/job-language';
import { firstTurn, isFixedTime, type Turn, turnAfter } from '@upstart/timers';

/** A timer of one job, or of all jobs with the same words. */
export interface Timer {
  /** Differs between timers. */
  readonly key: string;
  /** The words of the condition. */
  readonly args: readonly string[];
  /** The only job that it starts; null: all with these words. */
  readonly job: string | null;
  readonly spec: TimerSpec;
  readonly spreadMs: number;
}

/** Two clocks, read at the same moment. */
export interface Reading {
  /** Milliseconds since the epoch. */
  readonly wallMs: number;
  /** Milliseconds that have really passed since some moment, sleep included. */
  readonly upMs: number;
}

export interface DueTurn {
  readonly timer: Timer;
  readonly dueMs: number;
}

interface Row {
  readonly timer: Timer;
  next: Turn | null;
}

/** The clocks may disagree by so much before one of them counts as set: uptime is in whole seconds, and clocks are slewed. */
export const SLACK_MS = 3000;
/** A clock that was set by more than this was wrong before. */
export const CORRECTION_MS = 3 * 3_600_000;

export class Timetable {
  readonly #rows = new Map<string, Row>();
  #last: Reading;

  constructor(now: Reading) {
    this.#last = now;
  }

  /** `doneMs`: the turn that is due then, and those before it, are done. */
  add(timer: Timer, doneMs: number | null = null): void {
    const { spec, spreadMs } = timer;
    const next = doneMs === null ? firstTurn(spec, spreadMs, this.#last.wallMs) : turnAfter(spec, spreadMs, doneMs);
    this.#rows.set(timer.key, { timer, next });
  }

  delete(key: string): void {
    this.#rows.delete(key);
  }

  /** Whether the timer will be due. */
  hasTurn(key: string): boolean {
    return (this.#rows.get(key)?.next ?? null) !== null;
  }

  /** When the first timer is due; null: none ever is. */
  nextMs(): number | null {
    let first: number | null = null;
    for (const { next } of this.#rows.values()) {
      if (next !== null && (first === null || next.startMs < first)) first = next.startMs;
    }
    return first;
  }

  /** The turns that are due at `now`, one a timer at most, the earliest first. */
  pass(now: Reading): DueTurn[] {
    const before = this.#last;
    this.#last = now;
    const passedMs = now.upMs - before.upMs;
    /** By how much the clock was set. */
    const setMs = now.wallMs - before.wallMs - passedMs;
    const isCorrection = Math.abs(setMs) > CORRECTION_MS;
    const due: (DueTurn & { startMs: number })[] = [];
    for (const row of this.#rows.values()) {
      const { timer, next } = row;
      const { spec, spreadMs } = timer;
      if (next !== null && next.startMs <= now.wallMs) {
        const hasPassed = setMs <= SLACK_MS || next.startMs <= before.wallMs + passedMs + SLACK_MS;
        if (hasPassed || spec.isPersistent || (!isCorrection && isFixedTime(spec))) due.push({ timer, ...next });
        row.next = firstTurn(spec, spreadMs, now.wallMs);
      } else if (setMs < -SLACK_MS && (isCorrection || !isFixedTime(spec))) {
        row.next = firstTurn(spec, spreadMs, now.wallMs);
      }
    }
    due.sort((a, b) => a.startMs - b.startMs);
    return due.map(({ timer, dueMs }) => ({ timer, dueMs }));
  }
}
