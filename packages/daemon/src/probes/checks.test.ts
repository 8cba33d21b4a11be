import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ArmedProbe, ProbeResult } from '../engine/model/probe-state.ts';
import type { Attempt, Outcome } from './attempt.ts';
import { MAX_AT_ONCE, MAX_SLOW, QUICK_MS } from './places.ts';
import { Prober } from './prober.ts';

const GOOD = { isGood: true, answer: 'connected' };
const REFUSED = { isGood: false, answer: 'connection refused' };
const TARGET = { kind: 'tcp', host: '127.0.0.1', port: 1 } as const;

let nextId = 1;
const check = (more: Partial<NonNullable<ArmedProbe['check']>> = {}): ArmedProbe => ({
  ...{ id: nextId++, instance: 7, target: TARGET, intervalMs: 10_000, timeoutMs: 3000 },
  check: { failures: 0, threshold: 3, isUnhealthy: false, ...more },
});
const ready = (port = 1): ArmedProbe => ({
  ...{ id: nextId++, instance: 7, target: { ...TARGET, port }, intervalMs: 500, timeoutMs: 5000 },
});

/** A prober whose tries end as \`answer\` says; undefined: they hang. */
class Played {
  readonly results: ProbeResult[] = [];
  /** The times of tries, since it began. */
  readonly times: number[] = [];
  running = 0;
  most = 0;
  answer: (probe: ArmedProbe['target']) => Outcome | undefined = () => GOOD;
  readonly #beganMs = Date.now();
  readonly prober = new Prober(
    (result) => this.results.push(result),
    (target, done): Attempt => {
      this.times.push(Date.now() - this.#beganMs);
      this.most = Math.max(this.most, ++this.running);
      const outcome = this.answer(target);
      const timer = outcome && setTimeout(() => done(outcome), 1);
      return {
        stage: () => 'no connection',
        cancel: () => {
          this.running--;
          clearTimeout(timer);
        },
      };
    },
  );
}

beforeEach(() => void vi.useFakeTimers());
// All unit tests of a worker share its timers.
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTime(ms);

describe('a check', () => {
  it('is repeated for ever, and reported only where it changes something', () => {
    const played = new Played();
    const answers: Outcome[] = [];
    const expected: string[] = [];
    const next = (outcome: Outcome, isReported: boolean): void => {
      answers.push(outcome);
      if (isReported) expected.push(outcome.answer);
    };
    const BAD = { isGood: false, answer: 'HTTP 503' };
    next(GOOD, false);
    next(GOOD, false);
    for (const isReported of [true, true, true, false, false]) next(REFUSED, isReported);
    next(BAD, true);
    next(BAD, false);
    next(GOOD, true);
    next(GOOD, false);
    next(REFUSED, true);
    played.answer = () => answers.shift();
    played.prober.arm(check());
    for (let ms = 0; ms < 200_000 && answers.length > 0; ms += 1000) pass(1000);
    pass(10);
    expect([answers, played.results.map(({ answer }) => answer)]).toEqual([[], expected]);
  });

  it('begins with the failures that the engine knows', () => {
    const played = new Played();
    played.prober.arm(check({ failures: 1 }));
    played.prober.arm(check({ isUnhealthy: true }));
    pass(21_100);
    expect(played.results.map(({ isGood }) => isGood)).toEqual([true, true]);
  });

  it('is made at a moment of its own, and then once an interval', () => {
    const played = new Played();
    for (let i = 0; i < 300; i++) played.prober.arm(check());
    pass(10_600);
    const slots = new Set(played.times.map((ms) => Math.floor(ms / 1000)));
    expect([played.times.length, slots.size]).toEqual([300, 11]);
    const most = Math.max(
      ...[...slots].map((slot) => played.times.filter((ms) => Math.floor(ms / 1000) === slot).length),
    );
    expect(most).toBeLessThan(60);
    pass(10_600);
    expect(played.times.length).toBeGreaterThan(570);
    expect(played.times.length).toBeLessThanOrEqual(600);
  });

  it('ends with its timeout', () => {
    const played = new Played();
    played.answer = () => undefined;
    played.prober.arm(check());
    pass(13_600);
    expect(played.results.map(({ answer }) => answer)).toEqual(['timed out after 3 seconds: no connection']);
  });
});

describe('services that hang', () => {
  it('take no more places than there are, and keep no healthy one waiting for long', () => {
    const played = new Played();
    played.answer = (target) => ('port' in target && target.port === 2 ? GOOD : undefined);
    for (let i = 0; i < 1500; i++) played.prober.arm(ready());
    pass(6000);
    expect(played.most).toBe(MAX_AT_ONCE + MAX_SLOW);
    const healthy = Array.from({ length: 200 }, () => ready(2));
    for (const probe of healthy) played.prober.arm(probe);
    pass(2 * QUICK_MS);
    const answered = new Set(played.results.filter(({ isGood }) => isGood).map(({ id }) => id));
    expect(healthy.filter(({ id }) => !answered.has(id))).toEqual([]);
    expect(played.running).toBeLessThanOrEqual(MAX_AT_ONCE + MAX_SLOW);
  });

  it('are all reported in the end', () => {
    const played = new Played();
    played.answer = () => undefined;
    const probes = Array.from({ length: 500 }, () => ready());
    for (const probe of probes) played.prober.arm(probe);
    pass(20_000);
    expect(new Set(played.results.map(({ id }) => id)).size).toBe(500);
    for (const { id } of probes) played.prober.drop(id);
    expect(played.running).toBe(0);
  });
});
