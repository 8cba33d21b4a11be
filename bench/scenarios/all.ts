/** Everything that is measured, in the order of the report. */
import type { Scenario } from '../harness/scenario.ts';
import { LIST, START_STOP, STATUS } from './control.ts';
import { CHATTY, CLIENTS, ENGINE } from './load.ts';
import { START_ALL, STOP_ALL, TASKS } from './many.ts';
import { RESPAWN } from './respawn.ts';
import { IDLE, MEMORY } from './rest.ts';
import { CHANGED_FILES, RELOAD, START_UP } from './start-up.ts';

export const SCENARIOS: readonly Scenario[] = [
  START_UP,
  RELOAD,
  CHANGED_FILES,
  STATUS,
  LIST,
  START_STOP,
  START_ALL,
  TASKS,
  STOP_ALL,
  RESPAWN,
  IDLE,
  MEMORY,
  CHATTY,
  CLIENTS,
  ENGINE,
];
