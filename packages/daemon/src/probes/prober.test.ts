/** The prober: when it tries, what it reports, and how much it does at once. */
import type { ProbeTarget } from '@upstart/job-language';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import type { ArmedProbe, ProbeResult } from '../engine/model/probe-state.ts';
import type { Attempt, Outcome } from './attempt.ts';
import { LookUps, MAX_LOOK_UPS } from './look-up.ts';
import { MAX_AT_ONCE } from './places.ts';
import { Prober } from './prober.ts';
import { Probes } from './probes.ts';
import { armed } from './testing/armed.ts';

/** A prober whose tries end when a test says so. */
class Played {
  readonly results: ProbeResult[] = [];
  readonly tries: { target: ArmedProbe['target']; done: (outcome: Outcome) => void; isCancelled: boolean }[] = [];
  readonly attempt = (target: ArmedProbe['target'], done: (outcome: Outcome) => void): Attempt => {
    const begun = { target, done, isCancelled: false };
    this.tries.push(begun);
    return {
      stage: () => 'no connection',
      cancel: () => {
        begun.isCancelled = true;
      },
    };
  };
  readonly prober = new Prober((result) => this.results.push(result), this.attempt);
}

const PORT: ProbeTarget = { kind: 'tcp', host: '127.0.0.1', port: 1 };
const REFUSED = { isGood: false, answer: 'connection refused' };
const GOOD = { isGood: true, answer: 'connected' };

describe('the prober', () => {
  it('tries until it succeeds, and reports each answer that is not the one before', async () => {
    const played = new Played();
    const HTTP = { isGood: false, answer: 'HTTP 503' };
    played.prober.arm(armed(PORT));
    for (const [at, outcome] of [REFUSED, REFUSED, HTTP, REFUSED, GOOD].entries()) {
      await eventually('it tries', () => played.tries.length === at + 1);
      played.tries.at(-1)?.done(outcome);
    }
    expect(played.results.map(({ answer }) => answer)).toEqual([
      'connection refused',
      'HTTP 503',
      'connection refused',
      'connected',
    ]);
    expect(played.tries.every(({ isCancelled }) => isCancelled)).toBe(true);
  });

  it('makes so many tries at once, and no more', () => {
    const played = new Played();
    const probes = Array.from({ length: 10_000 }, () => armed(PORT));
    for (const probe of probes) played.prober.arm(probe);
    expect(played.tries).toHaveLength(MAX_AT_ONCE);
    played.tries[3]?.done(GOOD);
    expect(played.tries).toHaveLength(MAX_AT_ONCE + 1);
    for (const { id } of probes) played.prober.drop(id);
    const open = played.tries.filter(({ isCancelled }) => !isCancelled);
    expect([open, played.results.length]).toEqual([[], 1]);
  });

  it('ignores what comes of a try that is over', async () => {
    const played = new Played();
    const probe = armed(PORT, { timeoutMs: 5, intervalMs: 60_000 });
    played.prober.arm(probe);
    await eventually('the time of the try is over', () => played.results.length === 1);
    expect(played.results[0]?.answer).toBe('timed out after 0.005 seconds: no connection');
    played.tries[0]?.done(GOOD);
    expect(played.results).toHaveLength(1);
    played.prober.drop(probe.id);
    played.tries[0]?.done(GOOD);
    expect(played.results).toHaveLength(1);
  });
});

describe('look-ups', () => {
  it('are few at once, and one for each name', () => {
    const asked: {
      name: string;
      found: (error: Error | null, addresses: { address: string; family: number }[]) => void;
    }[] = [];
    const lookUps = new LookUps((name, found) => asked.push({ name, found }));
    const found: string[] = [];
    for (const name of ['a', 'b', 'a', 'c'])
      lookUps.lookUp(name, (_error, [first]) => found.push(`${name} ${first?.address}`));
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(MAX_LOOK_UPS).toBe(2);
    asked[0]?.found(null, [{ address: '10.0.0.1', family: 4 }]);
    expect(found).toEqual(['a 10.0.0.1', 'a 10.0.0.1']);
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('that nobody wants any more are not made, and leave nothing behind', () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const lookUps = new LookUps((name, found) => {
      asked.push(name);
      answers.push(() => found(null, [{ address: '10.0.0.1', family: 4 }]));
    });
    const found: string[] = [];
    const want = (name: string): (() => void) => lookUps.lookUp(name, () => found.push(name));
    const cancelled = ['hangs', 'too', 'queued', 'queued'].map(want);
    want('kept');
    for (const cancel of cancelled) cancel();
    answers[0]?.();
    expect([asked, found]).toEqual([['hangs', 'too', 'kept'], []]);
    want('too');
    answers[1]?.();
    answers[2]?.();
    expect([asked, found]).toEqual([
      ['hangs', 'too', 'kept'],
      ['too', 'kept'],
    ]);
  });

  it('are not needed for this machine', () => {
    const found: string[] = [];
    new LookUps(() => expect.fail('it asks')).lookUp('LOCALHOST', (_error, addresses) =>
      found.push(...addresses.map(({ address }) => address)),
    );
    expect(found).toEqual(['127.0.0.1', '::1']);
  });
});

describe('the probes of the engine', () => {
  const load = (played: Played) => async () =>
    ({
      Prober: class {
        readonly #prober: Prober;
        constructor(report: (result: ProbeResult) => void) {
          this.#prober = new Prober(report, played.attempt);
        }
        arm = (probe: ArmedProbe) => this.#prober.arm(probe);
        drop = (id: number) => this.#prober.drop(id);
      },
    }) as never;

  it('are tried again after they have succeeded, if the state of the engine is rolled back', async () => {
    const played = new Played();
    const results: ProbeResult[] = [];
    const probes = new Probes((result) => results.push(result), load(played));
    const probe = armed(PORT);
    probes.take({ type: 'probe', probe });
    await eventually('it tries', () => played.tries.length === 1);
    played.tries[0]?.done(GOOD);
    expect(results).toHaveLength(1);
    probes.keep([probe]);
    expect(played.tries).toHaveLength(2);
    probes.close();
  });

  it('are tried once the prober is loaded, except those that were dropped before', async () => {
    const played = new Played();
    const probes = new Probes(() => {}, load(played));
    const [kept, dropped] = [armed(PORT), armed({ ...PORT, port: 2 })];
    probes.take({ type: 'probe', probe: kept });
    probes.take({ type: 'probe', probe: dropped });
    probes.take({ type: 'probe-off', id: dropped.id });
    await eventually('it tries', () => played.tries.length > 0);
    expect(played.tries.map(({ target }) => target)).toEqual([PORT]);
    probes.keep([kept]);
    expect(played.tries).toHaveLength(1);
    probes.keep([dropped]);
    expect(played.tries.map(({ isCancelled }) => isCancelled)).toEqual([true, false]);
    probes.close();
    expect(played.tries.map(({ isCancelled }) => isCancelled)).toEqual([true, true]);
  });

  it('fail with the reason where the prober cannot be loaded', async () => {
    const results: ProbeResult[] = [];
    const probes = new Probes(
      (result) => results.push(result),
      () => Promise.reject(new Error('another version')),
    );
    probes.take({ type: 'probe', probe: armed(PORT) });
    await eventually('there is a result', () => results.length > 0);
    expect(results[0]).toMatchObject({ isGood: false, answer: 'another version' });
  });
});
