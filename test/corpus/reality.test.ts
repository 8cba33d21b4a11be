/** Forty of the real job files boot as process 1 of namespaces as `upstart simulate boot` has said (UPSTART_CORPUS). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HistoryEntry, SimulatedChange, SimulationResult } from '../../packages/protocol/src/index.ts';
import { expectWhatIsPromised, isOver } from '../control/reality.ts';
import { SystemInit } from '../control/system-init.ts';
import { eventually } from '../eventually.ts';
import { whyNoOtherUsers } from '../session/product.ts';
import { BOOT, chosen, harmless } from './harmless.ts';

const corpus = process.env.UPSTART_CORPUS;
const reason = corpus === undefined ? 'UPSTART_CORPUS names no corpus' : whyNoOtherUsers();

/** Settings that a process cannot have here: the folder is missing, or the kernel denies it. */
const DENIED = /^[ \t]*(?:oom|nice|limit|chroot|chdir)\b.*$/gm;

test.skipIf(reason !== null)(
  `a machine boots as simulated${reason === null ? '' : ` (skipped: ${reason})`}`,
  async () => {
    const folder = join(corpus ?? '', 'jobs');
    const jobs: Record<string, string> = {};
    for (const [job, file] of chosen(folder))
      jobs[job] = harmless(readFileSync(join(folder, file), 'latin1'), 1).replace(DENIED, '');
    const init = await SystemInit.start(jobs);
    try {
      // Init has emitted the first one itself. An event of which a job needs more is not over, so nothing waits for that; each comes when
      // all has happened that follows from those before it.
      const [, ...events] = BOOT;
      let words = 'boot';
      let [changes, entries] = await happened(init, words);
      for (const event of events) {
        words += ` then emit ${event}`;
        await init.shell(`initctl emit --no-wait ${event}`);
        [changes, entries] = await happened(init, words);
      }
      expectWhatIsPromised(changes, entries);
      // A third of the files wait for jobs and events of the others.
      expect(new Set(changes.map(({ job }) => job)).size).toBeGreaterThan(20);
    } finally {
      await init.stop();
    }
  },
);

/** The simulated steps, and the history once it has as many. */
async function happened(init: SystemInit, words: string): Promise<[readonly SimulatedChange[], HistoryEntry[]]> {
  const { stdout: simulated } = await init.shell(`upstart simulate ${words} --json`);
  const { changes } = JSON.parse(simulated) as SimulationResult;
  const entries = await eventually(`it has happened: ${words}`, async () => {
    const { stdout } = await init.shell('upstart history --json -n 100000');
    const all = JSON.parse(stdout) as HistoryEntry[];
    return isOver(changes, all) ? all : null;
  });
  return [changes, entries];
}
