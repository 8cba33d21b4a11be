/** The command behind `node test/fuzz/run.mjs`. */
import { parseArgs } from 'node:util';
import { Random } from '../chaos/random.ts';
import { Budget } from './fuzzer.ts';
import { FUZZERS } from './fuzzers.ts';

export const USAGE = `usage: node test/fuzz/run.mjs [--seconds N] [--seed N] [FUZZER]...
       node test/fuzz/run.mjs --list
fuzzers: ${FUZZERS.map(({ name }) => name).join(' ')}`;

export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      list: { type: 'boolean', default: false },
    },
  });
  if (values.list) {
    for (const { name } of FUZZERS) console.log(name);
    return 0;
  }
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  const chosen = FUZZERS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  if (!(seconds > 0) || !Number.isInteger(seed) || chosen.length < Math.max(1, positionals.length)) {
    console.error(USAGE);
    return 2;
  }
  let failures = 0;
  for (const { name, run } of chosen) {
    try {
      const inputs = await run(Budget.ofSeconds(seconds), new Random(seed));
      console.log(`${name}: ${inputs} inputs in ${seconds} s, seed ${seed}: no harm`);
    } catch (error) {
      failures++;
      console.log(`not ok ${name}: seed ${seed}: ${(error as Error).message}`);
    }
  }
  return failures === 0 ? 0 : 1;
}
