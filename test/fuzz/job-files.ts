/** Job files, through everything that comes before a process: parsing, the engine, the command to the supervisor. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JobFileError } from '../../packages/daemon/src/conf/job-file-error.ts';
import { parseJob } from '../../packages/daemon/src/conf/parse-job.ts';
import { TestWorld } from '../../packages/daemon/src/engine/test-world.ts';
import type { JobDefinition } from '../../packages/daemon/src/job-definition.ts';
import { encodeCommand } from '../../packages/daemon/src/process/frames.ts';
import { decodeText } from '../../packages/protocol/src/text.ts';
import type { Random } from '../chaos/random.ts';
import { CHECKOUT } from '../chaos/session.ts';
import { blaming, type Fuzzer, mutate } from './fuzzer.ts';

/** Words that mean something, for mutation to stumble over. */
const WORDS = Buffer.from(
  'start on a and (b or c X=1 Y!=2)\nstop on runlevel [!$RUNLEVEL]\nscript\nend script\npre-start exec\nlimit nofile 1 unlimited\n' +
    'expect fork\nrespawn limit 3 5\nnormal exit 0 TERM 0x1\nenv A="b c"\nexport A\ninstance $A${B:-c}\nkill timeout 99999999999\n' +
    'umask 0777\nnice -20\noom score never\nchroot /\\\n  x\nconsole log\nmanual\nusage \'"\ntask\n\0\xff\xfe"',
  'latin1',
);

const corpus = (): Buffer[] => {
  const folder = join(CHECKOUT, 'examples/jobs');
  const files = readdirSync(folder).filter((name) => name.endsWith('.conf'));
  return [WORDS, ...files.map((name) => readFileSync(join(folder, name)))];
};

export const jobFiles: Fuzzer = {
  name: 'job-files',
  async run(time, random) {
    const files = corpus();
    let inputs = 0;
    for (; time.isLeft; inputs++) {
      const input = mutate(random.pick(files), random, random.chance(0.7) ? WORDS : random.pick(files));
      await blaming(input, () => take(decodeText(input), random));
    }
    return inputs;
  },
};

function take(text: string, random: Random): void {
  let definition: JobDefinition;
  try {
    definition = parseJob(text, { name: 'job', path: '/job.conf' });
  } catch (error) {
    if (error instanceof JobFileError) return;
    throw error;
  }
  const world = new TestWorld();
  world.input({ type: 'define', name: 'job', definition });
  world.start('job', 'A=1');
  world.emit('a', 'X=1', `Y=${random.below(3)}`);
  world.emit('b');
  for (const process of [...world.processes.values()]) world.exit(process, random.below(3));
  world.stop('job');
  for (const effect of world.effects) if (effect.type === 'command') encodeCommand(effect.command);
}
