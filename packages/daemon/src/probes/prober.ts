/** Tries probes: those of `ready` until they succeed, those of `check` until they are dropped. Reports what changes the state of the engine. */
import { secondsInWords } from '@upstart/common';
import { type ArmedProbe, firstCheckMs, type ProbeResult } from '../engine/model/probe-state.ts';
import { type Attempt, attempt, type Memory, type Outcome } from './attempt.ts';
import { type Place, Places, QUICK_MS } from './places.ts';

/** Checks of one interval begin together within so many milliseconds: a thousand cost half as much as one by one. */
const TICK_MS = 500;
/** Shorter intervals than so many milliseconds are kept as they are. */
const TICKS_FROM_MS = 5000;

interface Entry {
  readonly probe: ArmedProbe;
  readonly place: Place<Entry>;
  /** What its tries know of one another. */
  readonly memory: Memory;
  /** What was reported last; null: nothing. */
  answer: string | null;
  /** Of `check`: failures in a row, and whether the engine takes it for unhealthy. */
  failures: number;
  isUnhealthy: boolean;
  /** The try that is under way. */
  running: Attempt | null;
  /** The end of that, or of the pause before the next one. */
  timer: NodeJS.Timeout | null;
}

export class Prober {
  readonly #report: (result: ProbeResult) => void;
  readonly #attempt: typeof attempt;
  readonly #entries = new Map<number, Entry>();
  readonly #places = new Places<Entry>(({ entry }) => this.#begin(entry));

  constructor(report: (result: ProbeResult) => void, begin = attempt) {
    this.#report = report;
    this.#attempt = begin;
  }

  arm(probe: ArmedProbe): void {
    if (this.#entries.has(probe.id)) return;
    const { failures = 0, isUnhealthy = false } = probe.check ?? {};
    const place = { place: null, isSlow: false, entry: null as unknown as Entry };
    const entry: Entry = {
      ...{ probe, place, memory: {}, answer: null, failures, isUnhealthy, running: null, timer: null },
    };
    place.entry = entry;
    this.#entries.set(probe.id, entry);
    // Jobs that start together are not checked together.
    if (probe.check) this.#pause(entry, firstCheckMs(probe.id, probe.intervalMs));
    else this.#places.ask(place);
  }

  drop(id: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    this.#endTry(entry);
  }

  #pause(entry: Entry, ms: number): void {
    const { check, intervalMs } = entry.probe;
    const isTicked = check !== undefined && intervalMs >= TICKS_FROM_MS;
    const extraMs = isTicked ? TICK_MS - ((performance.now() + ms) % TICK_MS) : 0;
    entry.timer = setTimeout(() => {
      entry.timer = null;
      this.#places.ask(entry.place);
    }, ms + extraMs);
  }

  #begin(entry: Entry): void {
    const { target, timeoutMs } = entry.probe;
    const running = this.#attempt(
      target,
      (outcome) => {
        if (entry.running === running) this.#end(entry, outcome);
      },
      entry.memory,
    );
    entry.running = running;
    if (entry.place.place === 'slow' || timeoutMs <= QUICK_MS) this.#limit(entry, timeoutMs);
    else entry.timer = setTimeout(() => this.#isSlow(entry), QUICK_MS);
  }

  /** The try lasts longer than a moment. */
  #isSlow(entry: Entry): void {
    if (this.#places.slowDown(entry.place)) {
      this.#limit(entry, entry.probe.timeoutMs - QUICK_MS);
      return;
    }
    this.#endTry(entry);
    this.#places.ask(entry.place);
  }

  #limit(entry: Entry, ms: number): void {
    const { running } = entry;
    // After a pause of this process, timers run before the answers that have arrived meanwhile are read.
    const judge = (): void => {
      if (!running || entry.running !== running) return;
      const answer = `timed out after ${secondsInWords(entry.probe.timeoutMs)}: ${running.stage()}`;
      this.#end(entry, { isGood: false, answer });
    };
    entry.timer = setTimeout(() => setImmediate(judge), ms);
  }

  #end(entry: Entry, outcome: Outcome): void {
    const { id, instance, intervalMs, check } = entry.probe;
    // One that could not last long for its timeout is slow, too.
    if (entry.place.place === 'quick') entry.place.isSlow = outcome.isGood ? false : entry.place.isSlow;
    this.#endTry(entry);
    const isNews = check ? noteCheck(entry, check.threshold, outcome) : noteReady(entry, outcome);
    if (outcome.isGood && !check) this.#entries.delete(id);
    else this.#pause(entry, intervalMs);
    if (isNews) this.#report({ id, instance, isGood: outcome.isGood, answer: outcome.answer });
  }

  /** Stops a try, and whatever timer there is. */
  #endTry(entry: Entry): void {
    if (entry.timer) clearTimeout(entry.timer);
    entry.timer = null;
    const { running } = entry;
    entry.running = null;
    running?.cancel();
    this.#places.leave(entry.place);
  }
}

/** Whether the outcome is to be reported. Each report is written to disk: a service that takes minutes would cause two a second. */
function noteReady(entry: Entry, { isGood, answer }: Outcome): boolean {
  const isNews = isGood || answer !== entry.answer;
  entry.answer = answer;
  return isNews;
}

/**
 * As `noteReady`. A success matters only behind a failure, and a failure only as long as it is counted, or says something else. A try that
 * could not be made counts as neither.
 */
function noteCheck(entry: Entry, threshold: number, { isGood, answer, isUntried }: Outcome): boolean {
  if (isUntried) return false;
  if (isGood) {
    const isNews = entry.failures > 0 || entry.isUnhealthy;
    entry.failures = 0;
    entry.isUnhealthy = false;
    entry.answer = null;
    return isNews;
  }
  const isNews = entry.failures < threshold || answer !== entry.answer;
  entry.failures = Math.min(entry.failures + 1, threshold);
  if (entry.failures === threshold) entry.isUnhealthy = true;
  entry.answer = answer;
  return isNews;
}
