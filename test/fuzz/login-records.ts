/** Damaged files of login records: they are read and appended to, and the new records can be found again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LoginFiles,
  loginLines,
  markDead,
  RECORD_SIZE,
  readRunlevel,
  recordRunlevel,
  recordShutdown,
} from '../../packages/common/src/login-records.ts';
import type { Random } from '../chaos/random.ts';
import { Corpus } from './corpus.ts';
import { blaming, type Fuzzer } from './fuzzer.ts';

/** After every boot that the corpus knows of, in milliseconds since the epoch; 32 bits of seconds hold it. */
const NOW = (2 ** 31 - 1) * 1000;

export const loginRecords: Fuzzer = {
  name: 'login-records',
  inputsInTest: 2_000,
  async run(budget, random) {
    const corpus = new Corpus('login-records');
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const files = { utmp: join(folder, 'utmp'), wtmp: join(folder, 'wtmp') };
    try {
      let inputs = 0;
      for (; budget.take(); inputs++) {
        const input = corpus.next(random);
        await blaming(input, () => take(files, input, random));
      }
      return inputs;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function take(files: LoginFiles, input: Buffer, random: Random): void {
  for (const path of Object.values(files)) writeFileSync(path, input);
  const found = readRunlevel(files.utmp);
  if (found && ![found.level, found.previous].every(isCharacter)) {
    throw new Error(`the run level ${JSON.stringify(found)}`);
  }
  loginLines(files.utmp);
  markDead(files, new Set([random.below(100), 43]), NOW);
  recordRunlevel(files, { level: '3', previous: random.pick(['2', 'N']) }, NOW);
  if (readFileSync(files.wtmp).length % RECORD_SIZE !== 0) throw new Error('wtmp is not made of records');
  const written = readRunlevel(files.wtmp);
  if (written?.level !== '3') throw new Error(`the run level read back is ${JSON.stringify(written)}`);
  recordShutdown(files, NOW);
  if (readRunlevel(files.wtmp) !== null) throw new Error('there is a run level after a shutdown');
}

/** A byte other than 0. */
function isCharacter(text: string): boolean {
  return text.length === 1 && text > '\0' && text <= '\xff';
}
