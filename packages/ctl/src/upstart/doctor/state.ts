/** Whether the state that init saves would be there for the daemon after this one. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { SimulationAnswer, SimulationOrder } from '@upstart/protocol';
import { askTool } from '../tool-program.ts';
import { attempt, type Check, type Finding, ok, problem, warning } from './finding.ts';
import { spaceFindings } from './space.ts';

/** Reading a state may take so many milliseconds. */
const READING_TIMEOUT_MS = 60_000;
const HARM = 'a crash of the daemon would lose what has happened since';

export const state: Check = {
  name: 'state',
  run({ folder, init }) {
    if (folder === null || init === null) return [];
    const stateFolder = join(folder, 'state');
    const readable = attempt(() => accessSync(stateFolder, constants.R_OK | constants.X_OK));
    if ('error' in readable && process.getuid?.() !== 0)
      return [
        warning(
          `${stateFolder} cannot be read: ${readable.error}`,
          'only root and the owner of init can: sudo upstart doctor',
        ),
      ];
    return [...spaceFindings('the folder of the state', stateFolder, HARM), ...loaded(stateFolder)];
  },
};

/** Reads it as the next daemon would, on the side. */
function loaded(stateDir: string): Finding[] {
  const order: SimulationOrder = { stateDir, confdirs: [], boot: false, actions: [], edits: [], exits: {} };
  const answered = attempt(() => askTool<SimulationAnswer>('simulate.js', order, READING_TIMEOUT_MS));
  const answer = 'value' in answered ? answered.value : { error: answered.error };
  if ('error' in answer) return [problem(`the saved state cannot be read: ${answer.error}`, HARM)];
  if (answer.warnings.length > 0)
    return answer.warnings.map((text) => problem(`the saved state is damaged: ${text}`, HARM));
  return [ok('the saved state and its journal can be read')];
}
