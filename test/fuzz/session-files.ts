/** Files that announce sessions, as `list-sessions` reads them. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../packages/ctl/src/commands.ts';
import type { Random } from '../chaos/random.ts';
import { Corpus } from './corpus.ts';
import { blaming, type Fuzzer } from './fuzzer.ts';

const OWN = `${process.pid}.session`;
/** Names beside it: of no process, of no session, too large for a pid. */
const NAMES = [OWN, '1.session', '0.session', '99999999999999999999.session', '.session', 'x.session', '1.session.new'];

export const sessionFiles: Fuzzer = {
  name: 'session-files',
  inputsInTest: 1_000,
  async run(budget, random) {
    const corpus = new Corpus('session-files');
    const runtime = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const folder = join(runtime, 'upstart/sessions');
    try {
      let inputs = 0;
      for (; budget.take(); inputs++) {
        const input = corpus.next(random);
        await blaming(input, () => take(runtime, folder, input, random));
      }
      return inputs;
    } finally {
      rmSync(runtime, { recursive: true });
    }
  },
};

async function take(runtime: string, folder: string, input: Buffer, random: Random): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const path = join(folder, random.pick(NAMES));
  if (random.chance(0.9)) writeFileSync(path, input);
  else if (random.chance(0.5)) mkdirSync(path);
  else symlinkSync(random.pick(['/dev/zero', '/nowhere', path]), path);
  let said = '';
  const status = await runCommand(['initctl', 'list-sessions'], {
    env: { XDG_RUNTIME_DIR: runtime },
    terminal: { out: false, err: false, columns: 0 },
    local: true,
    out: (text) => {
      said += text;
    },
    err: (text) => {
      throw new Error(text);
    },
    connect: () => Promise.reject(new Error('nobody is to be asked')),
    signal: AbortSignal.abort(),
  });
  if (status !== 0) throw new Error(`status ${status}`);
  if (!/^(\d+ [^\n]*\n)?$/.test(said)) throw new Error(`output ${JSON.stringify(said)}`);
}
