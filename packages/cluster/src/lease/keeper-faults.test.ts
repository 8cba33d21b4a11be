import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY_RUNS } from '../../../../test/effort.ts';
import { type SimulatedHost, TTL_MS } from './testing/simulation.ts';
import { checkRuns, running, TAKEN_MS, worldOf } from './testing/worlds.ts';

const fault = fc.record({
  what: fc.constantFrom(
    'kill',
    'end',
    'start',
    'cut',
    'join',
    'stop',
    'continue',
    'stop init',
    'continue init',
    'want',
    'unwant',
    'hand over',
    'drain',
    'fill',
    'diverge',
    'agree' as const,
  ),
  host: fc.nat({ max: 5 }),
  afterMs: fc.nat({ max: 2 * TTL_MS }),
});
type Fault = typeof fault extends fc.Arbitrary<infer T> ? T : never;

const FAULTS: Readonly<Record<Fault['what'], (host: SimulatedHost) => void>> = {
  kill: (host) => host.killKeeper(),
  end: (host) => host.endKeeper(),
  start: (host) => host.startKeeper(),
  cut: (host) => {
    host.isCut = true;
  },
  join: (host) => {
    host.isCut = false;
  },
  stop: (host) => host.setStopped(true),
  continue: (host) => host.setStopped(false),
  'stop init': (host) => host.setInitStopped(true),
  'continue init': (host) => host.setInitStopped(false),
  want: (host) => host.want(),
  unwant: (host) => host.unwant(),
  'hand over': (host) => host.keeper?.handOver('web', 'asked for'),
  drain: (host) => host.keeper?.drain('an administrator'),
  fill: (host) => host.keeper?.drain(null),
  diverge: (host) => host.diverge(3),
  agree: (host) => host.diverge(0),
};

const story = fc.record({
  seed: fc.nat(),
  hosts: fc.array(
    fc.record({
      // Clocks of computers are off by less than 500 ppm; here by up to 5,000.
      rate: fc.integer({ min: 995, max: 1005 }).map((part) => part / 1000),
      delayMs: fc.constantFrom(1, 50, 400),
      lossPart: fc.constantFrom(0, 0, 0.05, 0.3),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  most: fc.integer({ min: 1, max: 3 }),
  faults: fc.array(fault, { maxLength: 40 }),
});

describe('a copy of the store that counts differently', () => {
  it('never has a host take the place of another that renews it', () => {
    for (let ahead = 1; ahead < 8; ahead++) {
      const { world, hosts, run } = worldOf(ahead, 3);
      run(1000);
      for (const host of hosts) if (host.settings.name !== world.runs[0]?.host) host.diverge(ahead);
      run(10 * TTL_MS);
      expect(world.runs).toHaveLength(1);
      checkRuns(world.runs, 1);
    }
  });

  it('does not end what its host has, and that goes over when it is handed over', () => {
    const { world, hosts, run } = worldOf(9, 3);
    run(1000);
    for (const host of hosts) host.diverge(3);
    run(10 * TTL_MS);
    expect(world.runs).toHaveLength(1);
    hosts.find(({ settings }) => settings.name === world.runs[0]?.host)?.keeper?.handOver('web', 'asked for');
    while (world.runs[0]?.toMs === null) run(10);
    run(1000);
    expect(running(world.runs)).toHaveLength(1);
    checkRuns(world.runs, 1);
  });
});

describe('whatever happens', () => {
  it('no more than so many run at one time, and tokens grow', () => {
    fc.assert(
      fc.property(story, ({ seed, hosts: kinds, most, faults }) => {
        const { world, hosts, run } = worldOf(seed, kinds.length, (index) => ({ ...kinds[index], most }));
        for (const { what, host, afterMs } of faults) {
          run(afterMs);
          FAULTS[what](hosts[host % hosts.length] as SimulatedHost);
        }
        run(3 * TTL_MS);
        checkRuns(world.runs, most);
      }),
      { numRuns: PROPERTY_RUNS * 4 },
    );
  });

  it('a free place is taken within TTL + 2 s once somebody can reach the store', () => {
    fc.assert(
      fc.property(story, ({ seed, hosts: kinds, most, faults }) => {
        const calm = kinds.map((kind) => ({ ...kind, lossPart: 0, delayMs: Math.min(kind.delayMs, 50) }));
        const { world, hosts, run } = worldOf(seed, kinds.length, (index) => ({ ...calm[index], most }));
        for (const { what, host, afterMs } of faults) {
          run(afterMs);
          FAULTS[what](hosts[host % hosts.length] as SimulatedHost);
        }
        for (const host of hosts) {
          host.isCut = false;
          host.setStopped(false);
          host.setInitStopped(false);
          host.diverge(0);
        }
        // Keepers that end do so before others begin.
        run(TTL_MS);
        for (const host of hosts) {
          host.startKeeper();
          host.keeper?.drain(null);
          host.want();
        }
        // Calls that were under way are given up, hosts that have handed over hold off, and stops end.
        run(2 * TTL_MS);
        for (const host of hosts) host.want();
        run(TAKEN_MS);
        expect(running(world.runs).length).toBe(Math.min(most, hosts.length));
        // Nothing changes any more.
        const { length } = world.runs;
        run(5 * TTL_MS);
        expect(world.runs.length).toBeLessThanOrEqual(length + 1);
        checkRuns(world.runs, most);
      }),
      { numRuns: PROPERTY_RUNS * 2 },
    );
  });
});
