/** The command behind `node test/chaos/run.mjs`: runs many seeds and reports the result of each. */
import { parseArgs } from 'node:util';
import { type RunResult, runSeed } from './chaos.ts';

export const USAGE = 'usage: node test/chaos/run.mjs [--seeds N] [--first SEED] [--jobs N]';

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      seeds: { type: 'string', default: '20' },
      first: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '2' },
    },
  });
  const [seeds, first, jobs] = [values.seeds, values.first, values.jobs].map(Number) as [number, number, number];
  if (![seeds, first, jobs].every((number) => Number.isInteger(number) && number > 0)) {
    console.error(USAGE);
    return 2;
  }
  const results: RunResult[] = [];
  let next = first;
  let end = first + seeds;
  // Seeds in progress are finished, so that nothing is left behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (end = next));
  const work = async (): Promise<void> => {
    while (next < end) {
      const result = await runSeed(next++);
      results.push(result);
      if (result.error) console.log(`seed ${result.seed} FAILED: ${result.error.message}\n`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  summarize(results);
  return results.some(({ error }) => error) ? 1 : 0;
}

function summarize(results: readonly RunResult[]): void {
  const faults: Record<string, number> = {};
  for (const result of results) {
    for (const [name, count] of Object.entries(result.faults)) faults[name] = (faults[name] ?? 0) + count;
  }
  const actions = results.reduce((sum, result) => sum + result.actions, 0);
  const failed = results.filter(({ error }) => error).map(({ seed }) => seed);
  console.log(`${results.length} seeds, ${actions} actions, faults: ${JSON.stringify(faults)}`);
  console.log(failed.length > 0 ? `failed: ${failed.sort((a, b) => a - b).join(', ')}` : 'nothing was lost');
}
