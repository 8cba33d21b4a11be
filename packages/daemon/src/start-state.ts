/**
 * The state that a daemon begins with: that of the daemon before it, or a new one.
 */
import { initialEnvironment } from './engine/environment-requests.ts';
import type { Input } from './engine/messages.ts';
import { type EngineSettings, type EngineState, newState } from './engine/state.ts';
import type { Log } from './log.ts';
import type { InitOptions } from './options.ts';
import type { Places } from './places.ts';
import type { Command } from './process-messages.ts';
import type { StateStore } from './state/store.ts';

/** After this many daemons that did not come to work, what was journaled last is taken to be the reason, and left out. */
const SUSPECT_JOURNAL = 3;

export interface StartState {
  state: EngineState;
  inputs: Input[];
  commands: Command[];
  /** There was no daemon before this one. */
  fresh: boolean;
}

/** Recovers what is saved for this supervisor. `make` gives the settings of a new state. */
export function startState(
  store: StateStore,
  identity: string,
  failures: number,
  log: Log,
  make: () => EngineSettings,
): StartState {
  const recovered = store.recover(identity);
  if (!recovered) {
    const settings = make();
    return { state: newState(settings, initialEnvironment(settings)), inputs: [], commands: [], fresh: true };
  }
  const { snapshot, batches } = recovered;
  if (failures >= SUSPECT_JOURNAL && batches.length > 0) {
    const dropped = batches.pop() as Input[];
    const types = dropped.map((input) => input.type).join(', ');
    log.write('error', `The daemon ended ${failures} times while recovering: the last inputs are left out (${types})`);
  }
  return { state: snapshot.state, inputs: batches.flat(), commands: snapshot.commands, fresh: false };
}

/** The settings that options and surroundings make for a new init. */
export function engineSettings(
  options: InitOptions,
  places: Places,
  initEnv: Readonly<Record<string, string>>,
  surroundings: { pid1: boolean; apparmor: boolean },
): EngineSettings {
  const session = options.user;
  return {
    pid1: surroundings.pid1,
    initEnv: Object.entries(initEnv).map(([name, value]) => `${name}=${value}`),
    inheritEnv: session && options.inheritEnv,
    sessionAddress: places.sessionAddress,
    logDir: options.jobLogs ? places.logDir : null,
    defaultConsole: options.defaultConsole,
    hookTimeout: options.hookTimeout,
    umask: session && options.inheritEnv ? null : 0o022,
    apparmor: surroundings.apparmor,
    directory: session ? null : '/',
  };
}
