/** Keeps which turns were done, so that one that was missed while nothing ran comes once (reference: timers §1, §3). */
import { textOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type Done, type RecordPlaces, readDone, removeDone, writeDone } from './records.ts';
import type { Timer } from './timetable.ts';

/** In the file of this boot: when the timers were looked at last. */
const SEEN = 'seen';
/** A source that looked last before that has not crashed just now: the file is from an earlier run of the machine. */
export const CRASH_MS = 600_000;

export class Ledger {
  readonly #places: RecordPlaces;
  readonly #log: Log;
  /** When a source before this one, which has crashed, looked last; null: it has ended in order, or there was none. */
  readonly #crashedMs: number | null;
  /** Paths that cannot be written, which was logged. */
  readonly #broken = new Set<string>();
  #isClosed = false;

  constructor(places: RecordPlaces, log: Log, nowMs: number) {
    this.#places = places;
    this.#log = log;
    const seenMs = readDone(places.running).get(SEEN);
    const isRecent = seenMs !== undefined && seenMs <= nowMs && seenMs >= nowMs - CRASH_MS;
    this.#crashedMs = isRecent ? seenMs : null;
  }

  /** The time whose turns, and those before it, are done; null: all up to now. A PERSISTENT timer that is new begins now. */
  doneBefore(timer: Timer, nowMs: number): number | null {
    if (!timer.spec.isPersistent) return this.#crashedMs === null ? null : this.#crashedMs - timer.spreadMs;
    const doneMs = this.#kept().get(timer.key);
    if (doneMs !== undefined && doneMs <= nowMs) return doneMs;
    this.done(timer, nowMs);
    return null;
  }

  /** All turns of the timer up to now are done; of several that were missed one came. */
  done({ key, spec, spreadMs }: Timer, nowMs: number): void {
    if (spec.isPersistent && !this.#isClosed) this.#change((kept) => kept.set(key, nowMs - spreadMs));
  }

  /** The job of a timer has gone, or has another condition. */
  forget({ key, spec }: Timer): void {
    if (spec.isPersistent) this.#change((kept) => kept.delete(key));
  }

  seen(nowMs: number): void {
    this.#write(this.#places.running, new Map([[SEEN, nowMs]]), false);
  }

  /** The source ends in order: the next one has missed nothing but PERSISTENT turns. */
  close(): void {
    this.#isClosed = true;
    removeDone(this.#places.running);
  }

  /** The turns of PERSISTENT timers. */
  #kept(): Done {
    return this.#places.kept === null ? new Map() : readDone(this.#places.kept);
  }

  /** Other sessions of the user share the file: it is read again for each change. */
  #change(change: (kept: Done) => void): void {
    if (this.#places.kept === null) return;
    const kept = this.#kept();
    change(kept);
    this.#write(this.#places.kept, kept, true);
  }

  #write(path: string, done: Done, lasts: boolean): void {
    try {
      writeDone(path, done, lasts);
      this.#broken.delete(path);
    } catch (error) {
      if (!this.#broken.has(path)) this.#log.warn(`Unable to write ${path}: ${textOf(error)}`);
      this.#broken.add(path);
    }
  }
}
