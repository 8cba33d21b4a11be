/** Readers in C, each in a program of its own with sanitizers, which does the damaging too: millions of inputs in a minute. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../session/product.ts';
import { corpusFiles } from './corpus.ts';
import type { Fuzzer } from './fuzzer.ts';

const FLAGS = ['-std=gnu11', '-D_GNU_SOURCE=', '-g', '-O1', '-Wall', '-Wextra', '-Werror'];
const INCLUDED = ['-Ipackages/supervisor', '-Ipackages/logger', '-Idist/generated'];
const SANITIZE = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];

/** Brings the generated headers up to date. */
const GENERATE = "import('./scripts/generate.mjs').then(({ generate }) => generate())";

/** `native/NAME.c` has the reader, or includes it; `sources` are the other files that it needs. */
function native(name: string, reader: string, inputsInTest: number, sources: readonly string[] = []): Fuzzer {
  return {
    name,
    inputsInTest,
    async run(budget, random) {
      const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
      const program = join(folder, 'fuzz');
      const files = ['test/fuzz/native/fuzz.c', `test/fuzz/native/${reader}.c`, ...sources];
      try {
        // As a program of its own: this one is bundled, and has no compiler of TypeScript in it.
        execFileSync(process.execPath, ['-e', GENERATE], { cwd: ROOT });
        execFileSync('cc', [...FLAGS, ...INCLUDED, ...SANITIZE, '-o', program, ...files], {
          cwd: ROOT,
        });
        // At least one, however much of the time compiling took.
        const amount = Math.max(1, Math.round(budget.left));
        const seed = random.below(2 ** 31);
        return await inputsOf(program, [budget.unit, String(amount), String(seed), ...corpusFiles(name)]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

/** Runs the program to its end; how many inputs it says there were. */
async function inputsOf(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
  });
  const [status] = await once(child, 'close');
  const inputs = /^(\d+) inputs$/m.exec(said)?.[1];
  if (status !== 0 || inputs === undefined) throw new Error(`status ${status}: ${said}`);
  return Number(inputs);
}

export const supervisorEnd = native('supervisor-frames-supervisor', 'supervisor-frames', 100_000, [
  'packages/supervisor/link/frames.c',
]);
export const stateFile = native('state-file', 'state-file', 100_000, ['packages/supervisor/link/state_file.c']);
export const launcherReplies = native('launcher-replies', 'launcher-replies', 100_000);
export const confWatch = native('conf-watch', 'conf-watch', 2000);
export const logger = native('logger', 'logger', 200, [
  'packages/supervisor/loop/loop.c',
  ...['files', 'index', 'logs', 'output'].map((name) => `packages/logger/${name}.c`),
]);
