import { describe, expect, it } from 'vitest';
import { Random } from '../chaos/random.ts';
import { main } from './driver.ts';
import { Budget } from './fuzzer.ts';
import { FUZZERS } from './fuzzers.ts';

const SEED = Number(process.env.UPSTART_SEED ?? 1);

describe('fuzzing does no harm to', () => {
  it.each(FUZZERS)('$name', async ({ run, inputsInTest }) => {
    expect(await run(Budget.ofInputs(inputsInTest), new Random(SEED))).toBeGreaterThanOrEqual(inputsInTest);
  });
});

describe('the command', () => {
  it.each([[['no-such-fuzzer']], [['--seconds', 'x']], [['--seed', '1.5']]])('refuses %j', async (args) => {
    expect(await main(args)).toBe(2);
  });
});
