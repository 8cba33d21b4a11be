/** Damaged state folders: a daemon starts with the saved state, or with an earlier one, or logs that it has none. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { TestWorld } from '../../packages/daemon/src/engine/testing/world.ts';
import { decodeRecords, encodeRecord, FORMAT } from '../../packages/daemon/src/state/records.ts';
import { type Snapshot, StateStore } from '../../packages/daemon/src/state/store.ts';
import { Corpus } from './corpus.ts';
import { blaming, type Fuzzer } from './fuzzer.ts';

const SUPERVISOR = 'fuzz';

/** The files of a store: the state of a world in which something has happened. */
function snapshot(): { value: unknown; bytes: Buffer } {
  const world = new TestWorld();
  world.emit('startup', 'A=1');
  const value = { format: FORMAT, supervisor: SUPERVISOR, state: world.engine.state, commands: [] };
  return { value: structuredClone(value), bytes: encodeRecord(value) };
}

export const snapshots: Fuzzer = {
  name: 'snapshots',
  inputsInTest: 1_000,
  async run(budget, random) {
    const { value, bytes } = snapshot();
    const corpus = new Corpus('snapshots', [bytes]);
    const parent = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const folder = join(parent, 'state');
    try {
      let inputs = 0;
      for (; budget.take(); inputs++) {
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder);
        const input = corpus.next(random);
        writeFileSync(join(folder, `snapshot-${random.pick([1, 2, 10])}`), input);
        if (random.chance(0.5)) writeFileSync(join(folder, 'snapshot-3'), corpus.next(random));
        await blaming(input, () => take(folder, value));
      }
      return inputs;
    } finally {
      rmSync(parent, { recursive: true });
    }
  },
};

function take(folder: string, written: unknown): void {
  const said: string[] = [];
  const recovered = new StateStore(folder, (text) => said.push(text)).recover(SUPERVISOR);
  if (recovered && !isDeepStrictEqual(recovered.snapshot, written)) throw new Error('a state that was never written');
  if (!recovered && said.length === 0 && !isAnothers(folder)) {
    throw new Error('a state that is not used is not logged');
  }
}

/** Intact files of other supervisors are not logged. */
function isAnothers(folder: string): boolean {
  return readdirSync(folder).every((name) => {
    const [snapshot] = decodeRecords(readFileSync(join(folder, name))).values as Partial<Snapshot>[];
    return snapshot?.supervisor !== undefined && snapshot.supervisor !== SUPERVISOR;
  });
}
