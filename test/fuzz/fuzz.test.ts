import { describe, expect, it } from 'vitest';
import { Random } from '../chaos/random.ts';
import { main } from './driver.ts';
import { Budget } from './fuzzer.ts';
import { FUZZERS } from './fuzzers.ts';

const SECONDS = Number(process.env.UPSTART_FUZZ_SECONDS ?? 2);
const SEED = Number(process.env.UPSTART_SEED ?? 1);

describe('fuzzing does no harm to', () => {
  it.each(FUZZERS)('$name', { timeout: SECONDS * 1000 + 60_000 }, async ({ run }) => {
    expect(await run(new Budget(SECONDS), new Random(SEED))).toBeGreaterThan(20);
  });
});

describe('the command', () => {
  it.each([[['no-such-fuzzer']], [['--seconds', 'x']], [['--seed', '1.5']]])('refuses %j', async (args) => {
    expect(await main(args)).toBe(2);
  });
});
