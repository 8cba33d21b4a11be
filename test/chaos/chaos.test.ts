import { describe, expect, it } from 'vitest';
import { runSeed } from './chaos.ts';
import { main } from './driver.ts';

const SEEDS = Number(process.env.UPSTART_CHAOS_SEEDS ?? 6);
const FIRST = Number(process.env.UPSTART_SEED ?? 1);

describe('chaos', () => {
  const seeds = Array.from({ length: SEEDS }, (_, i) => FIRST + i);
  it.concurrent.each(seeds)('seed %i: nothing is lost', async (seed) => {
    const { error } = await runSeed(seed);
    expect(error?.message ?? null).toBeNull();
  });

  it('refuses a number of seeds that is none', async () => {
    expect(await main(['--seeds', '0'])).toBe(2);
  });
});
