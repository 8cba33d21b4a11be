import { describe, expect, it } from 'vitest';
import { Random } from '../../chaos/random.ts';
import { described, HOLDER, planOf } from './plan.ts';

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);
const OF_NETWORK = /server|halves|isolate|deaf|mute|slow/;

describe('a plan of faults', () => {
  it('follows from its seed', () => {
    expect(planOf(new Random(7), 150_000, 10)).toEqual(planOf(new Random(7), 150_000, 10));
    expect(planOf(new Random(7), 150_000, 10)).not.toEqual(planOf(new Random(8), 150_000, 10));
  });

  it('has each fault end in its phase, and leaves servers and links well in calm ones', () => {
    for (const seed of SEEDS) {
      const { phases, faults, lastMs } = planOf(new Random(seed), 300_000, 10);
      expect(phases.map(({ isCalm }) => isCalm)).toEqual([true, false, true, false]);
      expect(phases.at(-1)?.toMs).toBe(lastMs);
      expect(faults.length).toBeGreaterThan(4);
      for (const fault of faults) {
        const phase = phases.find(({ fromMs, toMs }) => fromMs <= fault.atMs && fault.atMs < toMs);
        expect(fault.atMs + fault.lastMs).toBeLessThanOrEqual(phase?.toMs ?? 0);
        if (phase?.isCalm) expect(fault.kind).not.toMatch(OF_NETWORK);
      }
    }
  });

  it('has links be slow in all ways there are, and says how', () => {
    const faults = SEEDS.flatMap((seed) => planOf(new Random(seed), 300_000, 10).faults);
    const slow = faults.filter(({ kind }) => kind.startsWith('slow'));
    expect(new Set(slow.flatMap(({ slowness }) => Object.keys(slowness ?? {})))).toEqual(
      new Set(['lossPercent', 'delayMs', 'bytesPerS']),
    );
    expect(faults.filter(({ slowness }) => slowness !== undefined)).toEqual(slow);
    for (const fault of slow)
      expect(described(fault)).toMatch(/: slow\S* .*, \d+ (% lost|ms each way|bytes\/s each way)$/);
  });

  it('leaves servers alone on request', () => {
    const faults = SEEDS.flatMap((seed) => planOf(new Random(seed), 300_000, 10, false).faults);
    expect(faults.filter((fault) => 'server' in fault)).toEqual([]);
    expect(faults.some(({ kind }) => kind === 'isolate')).toBe(true);
  });

  it('hits all hosts and servers there are, and no others', () => {
    const faults = SEEDS.flatMap((seed) => planOf(new Random(seed), 300_000, 3).faults);
    const of = (key: 'host' | 'server'): number[] =>
      [...new Set(faults.flatMap((fault) => (key in fault ? [(fault as never)[key] as number] : [])))].sort();
    expect(of('host')).toEqual([HOLDER, 0, 1, 2]);
    expect(of('server')).toEqual([0, 1, 2]);
  });
});
