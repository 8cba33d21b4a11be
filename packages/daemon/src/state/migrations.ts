/** What older daemons saved, brought to the shape of today: a new daemon goes on where the one before the upgrade was. */
import type { EngineSettings } from '../engine/state.ts';
import type { SpawnSpec } from '../process-messages.ts';
import { FORMAT } from './records.ts';
import type { Recovered } from './store.ts';

/** By format: what brings a snapshot, and the inputs of its journal, one format further. */
const MIGRATIONS: Readonly<Record<number, (saved: Recovered) => void>> = {
  // Containers: settings of init, and the label of output that is copied. Some builds had them before the number was raised.
  3: ({ snapshot: { state, commands } }) => {
    const settings: Partial<EngineSettings> = { jobOutput: false, exitWith: null, stopTimeout: null };
    state.settings = { ...settings, ...state.settings };
    const output: Partial<SpawnSpec> = { outputLabel: null };
    for (const command of commands) if (command.type === 'spawn') command.spec = { ...output, ...command.spec };
  },
};

/** The oldest format that can be read. */
export const OLDEST = Math.min(...Object.keys(MIGRATIONS).map(Number));

/** Brings what was saved to the format of today, in place. False: there is no way from its format. */
export function migrate(saved: Recovered): boolean {
  const { snapshot } = saved;
  for (; snapshot.format < FORMAT; snapshot.format++) {
    const further = MIGRATIONS[snapshot.format];
    if (!further) return false;
    further(saved);
  }
  return snapshot.format === FORMAT;
}
