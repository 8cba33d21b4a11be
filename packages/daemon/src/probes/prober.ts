/** Tries probes, again and again until they succeed: so many at once, each for a limited time. Reports answers that differ from the one before. */
import type { ArmedProbe, ProbeResult } from '../engine/model/probe-state.ts';
import { type Attempt, attempt, type Outcome } from './attempt.ts';

/** The most tries at the same time; others wait for their turn. */
export const MAX_AT_ONCE = 128;

interface Entry {
  readonly probe: ArmedProbe;
  /** What was reported last; null: nothing. */
  answer: string | null;
  /** The try that is under way. */
  running: Attempt | null;
  /** The end of that, or of the pause before the next one. */
  timer: NodeJS.Timeout | null;
}

export class Prober {
  readonly #report: (result: ProbeResult) => void;
  readonly #attempt: typeof attempt;
  readonly #entries = new Map<number, Entry>();
  /** Those whose turn has come, oldest first. */
  readonly #due = new Set<Entry>();
  #running = 0;

  constructor(report: (result: ProbeResult) => void, begin = attempt) {
    this.#report = report;
    this.#attempt = begin;
  }

  arm(probe: ArmedProbe): void {
    if (this.#entries.has(probe.id)) return;
    const entry: Entry = { probe, answer: null, running: null, timer: null };
    this.#entries.set(probe.id, entry);
    this.#due.add(entry);
    this.#beginDue();
  }

  drop(id: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    this.#due.delete(entry);
    this.#endTry(entry);
    this.#beginDue();
  }

  #beginDue(): void {
    for (const entry of this.#due) {
      if (this.#running >= MAX_AT_ONCE) return;
      this.#due.delete(entry);
      this.#begin(entry);
    }
  }

  #begin(entry: Entry): void {
    const { target, timeoutMs } = entry.probe;
    this.#running++;
    const running = this.#attempt(target, (outcome) => {
      if (entry.running === running) this.#end(entry, outcome);
    });
    entry.running = running;
    entry.timer = setTimeout(() => {
      this.#end(entry, { isGood: false, answer: `timed out after ${timeoutMs / 1000} seconds: ${running.stage()}` });
    }, timeoutMs);
  }

  #end(entry: Entry, { isGood, answer }: Outcome): void {
    const { id, instance, intervalMs } = entry.probe;
    this.#endTry(entry);
    if (isGood) this.#entries.delete(id);
    else
      entry.timer = setTimeout(() => {
        entry.timer = null;
        this.#due.add(entry);
        this.#beginDue();
      }, intervalMs);
    // Each report is written to disk: a service that takes minutes would cause two a second.
    if (isGood || answer !== entry.answer) this.#report({ id, instance, isGood, answer });
    entry.answer = answer;
    this.#beginDue();
  }

  /** Stops a try, and whatever timer there is. */
  #endTry(entry: Entry): void {
    if (entry.timer) clearTimeout(entry.timer);
    entry.timer = null;
    if (!entry.running) return;
    const { running } = entry;
    entry.running = null;
    this.#running--;
    running.cancel();
  }
}
