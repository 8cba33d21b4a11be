/** Job files, through everything that comes before a process: parsing, the engine, the command to the supervisor. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { decodeText } from '../../packages/common/src/text.ts';
import { TestWorld } from '../../packages/daemon/src/engine/testing/world.ts';
import { encodeCommand } from '../../packages/daemon/src/supervisor/frame-encoder.ts';
import type { JobDefinition } from '../../packages/job-language/src/job-definition.ts';
import { JobFileError } from '../../packages/job-language/src/job-file-error.ts';
import { parseJob } from '../../packages/job-language/src/parse-job.ts';
import type { Random } from '../chaos/random.ts';
import { ROOT } from '../session/product.ts';
import { Corpus } from './corpus.ts';
import { blaming, type Fuzzer } from './fuzzer.ts';

const read = (folder: string): Buffer[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.conf'))
    .map((name) => readFileSync(join(ROOT, folder, name)));

export const jobFiles: Fuzzer = {
  name: 'job-files',
  inputsInTest: 2_000,
  async run(budget, random) {
    const words = readFileSync(join(ROOT, 'test/fuzz/corpus/job-files/words'));
    const corpus = new Corpus('job-files', read('examples/jobs'));
    let inputs = 0;
    for (; budget.take(); inputs++) {
      const input = corpus.next(random, random.chance(0.7) ? words : undefined);
      await blaming(input, () => take(decodeText(input), random));
    }
    return inputs;
  },
};

export const overrides: Fuzzer = {
  name: 'overrides',
  inputsInTest: 2_000,
  async run(budget, random) {
    const corpus = new Corpus('overrides');
    const bases = read('examples/jobs').map((text) => parseJob(decodeText(text), NAMED));
    let inputs = 0;
    for (; budget.take(); inputs++) {
      const input = corpus.next(random);
      await blaming(input, () => take(decodeText(input), random, random.pick(bases)));
    }
    return inputs;
  },
};

const NAMED = { name: 'job', path: '/job.conf' };

function take(text: string, random: Random, into?: JobDefinition): void {
  const before = structuredClone(into);
  const definition = parsed(text, into);
  if (!isDeepStrictEqual(into, before)) throw new Error('an override has changed the definition that it is applied to');
  if (!definition) return;
  const world = new TestWorld();
  world.input({ type: 'define', name: 'job', definition });
  world.start('job', 'A=1');
  world.emit('a', 'X=1', `Y=${random.below(3)}`);
  world.emit('b');
  for (const process of [...world.processes.values()]) world.exit(process, random.below(3));
  world.stop('job');
  for (const effect of world.effects)
    if (effect.type === 'command' && effect.command.type !== 'kill-cgroup') encodeCommand(effect.command);
}

/** Null for a text that is refused in the language's own way. */
function parsed(text: string, into?: JobDefinition): JobDefinition | null {
  try {
    return parseJob(text, into ? { ...NAMED, into } : NAMED);
  } catch (error) {
    if (error instanceof JobFileError) return null;
    throw error;
  }
}
