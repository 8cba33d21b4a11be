/** For tests: worlds of simulated hosts, and what has to be true of the runs that an observer has seen. */
import { expect } from 'vitest';
import { SimulatedHost, TTL_MS } from './simulation.ts';
import { randomFrom, Timeline } from './timeline.ts';
import { type Run, SimulatedStore, type World } from './world.ts';

/** A lease is taken so long after it could be, at the latest: the bound of the product, and that clocks and lost calls have cost. */
export const TAKEN_MS = TTL_MS * 1.01 + 2000;

type Settings = Partial<SimulatedHost['settings']>;

export function worldOf(seed: number, count: number, settings: (index: number) => Settings = () => ({})) {
  const random = randomFrom(seed);
  const world: World = { time: new Timeline(), store: new SimulatedStore(), random, runs: [] };
  const hosts = Array.from({ length: count }, (_, index) => {
    const usual = { name: `h${index}`, rate: 1, most: 1, delayMs: 20, lossPart: 0 };
    return new SimulatedHost(world, { ...usual, ...settings(index) });
  });
  for (const host of hosts) {
    host.startKeeper();
    host.want();
  }
  return { world, hosts, run: (ms: number) => world.time.runUntil(world.time.nowMs + ms) };
}

export const running = (runs: readonly Run[]): Run[] => runs.filter(({ toMs }) => toMs === null);

/** At no time do more than `most` run, and each one has a larger token than all before it of its place. */
export function checkRuns(runs: readonly Run[], most: number): void {
  for (const { fromMs } of runs) {
    const at = runs.filter((run) => run.fromMs <= fromMs && (run.toMs === null || run.toMs > fromMs));
    expect(at.length, `run at ${fromMs}: ${at.map(({ host }) => host).join(', ')}`).toBeLessThanOrEqual(most);
  }
  const tokens = runs.map(({ token }) => token);
  expect(new Set(tokens).size).toBe(tokens.length);
  if (most === 1) expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
}
