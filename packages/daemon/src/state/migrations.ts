/** Migrates the state of older daemons to the present shape: a new daemon resumes where the one before the upgrade stopped. */

import { completeDefinition } from '@upstart/job-language';
import type { EngineSettings } from '../engine/model/settings.ts';
import type { SpawnSpec } from '../supervisor/process-messages.ts';
import { addPhases } from './process-phases.ts';
import { FORMAT } from './records.ts';
import { renameFields } from './renamed-fields.ts';
import type { Recovered } from './store.ts';

/**
 * By format: migrates a snapshot, and the inputs of its journal, to the next format.
 *
 * No release has written format 6 yet, so more fields can join it: optional ones with a default where they are absent, or others
 * with a value from the step 5. Then bring shape-6.txt up to date.
 */
const MIGRATIONS: Readonly<Record<number, (saved: Recovered) => void>> = {
  // Containers: settings of init, and the label of copied output. Some builds had them before the number was raised.
  3: ({ snapshot: { state, commands } }) => {
    const settings: Partial<EngineSettings> = { jobOutput: false, exitWith: null, stopTimeoutS: null };
    state.settings = { ...settings, ...state.settings };
    const output: Partial<SpawnSpec> = { outputLabel: null };
    for (const command of commands) if (command.type === 'spawn') command.spec = { ...output, ...command.spec };
  },
  // The engine decides the meaning of signals. Older daemons added inputs for them after their reports, so the reports must have no effect.
  4: ({ snapshot: { state }, batches }) => {
    const { settings } = state;
    state.settings = { ...settings, container: !settings.pid1 && settings.sessionAddress === null };
    for (const input of batches.flat()) {
      if (input.type === 'report' && input.report.type === 'signal') input.report.signal = 0;
    }
  },
  // The phase of a process is a field, and quantities have their units in their names.
  5: (saved) => {
    renameFields(saved);
    addPhases(saved.snapshot.state);
  },
};

/** The oldest format that can be read. */
export const OLDEST = Math.min(...Object.keys(MIGRATIONS).map(Number));

/** Migrates saved state to the present format, in place. False: its format is not supported. */
export function migrate(saved: Recovered): boolean {
  const { snapshot } = saved;
  for (; snapshot.format < FORMAT; snapshot.format++) {
    const further = MIGRATIONS[snapshot.format];
    if (!further) return false;
    further(saved);
  }
  if (snapshot.format !== FORMAT) return false;
  completeDefinitions(saved);
  return true;
}

/** A new field of a definition needs no migration of its own, and no job's file counts as changed because of it. */
function completeDefinitions({ snapshot: { state }, batches }: Recovered): void {
  for (const { definition, next } of state.classes.values()) {
    completeDefinition(definition);
    if (next?.definition) completeDefinition(next.definition);
  }
  for (const input of batches.flat())
    if (input.type === 'define' && input.definition) completeDefinition(input.definition);
}
