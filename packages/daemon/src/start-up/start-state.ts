/** The state with which a daemon begins: that of the previous daemon, or a new one. */
import { Engine } from '../engine/engine.ts';
import { faultText } from '../engine/faults.ts';
import type { Input } from '../engine/model/messages.ts';
import type { EngineSettings } from '../engine/model/settings.ts';
import { newState } from '../engine/model/state.ts';
import { initialEnvironment } from '../engine/requests/environment-requests.ts';
import type { HistoryEffect } from '../history/history.ts';
import type { Log } from '../log/log.ts';
import type { InitOptions } from '../options/options.ts';
import type { Places } from '../places/places.ts';
import { replay } from '../runner/replay.ts';
import type { Recovered, StateStore } from '../state/store.ts';
import type { Command, SupervisorState } from '../supervisor/process-messages.ts';

/**
 * After so many daemons in a row that ended during recovery, the saved state counts as the reason, and less of it is used. Daemons that
 * were killed count too, so none of these numbers is small.
 */
export const LEAVE_OUT = { lastInputs: 8, journal: 10, everything: 12 } as const;

export interface StartState {
  engine: Engine;
  /** Commands that may not have reached the supervisor. */
  commands: Command[];
  /** The latest entries of the history, which may be unwritten. */
  history: HistoryEffect[];
  /** This is the first daemon. */
  fresh: boolean;
}

/** The saved state, and the facts that decide whether it is used. */
export interface SavedState {
  store: StateStore;
  identity: string;
  /** The number of daemons in a row that ended during recovery. */
  failures: number;
  /** Called before saved state is read, and after every PROGRESS_EVERY replayed inputs. */
  progress(): void;
}

/** Recovers the state that is saved for this supervisor. `make` gives the settings of a new state. */
export function startState(
  saved: SavedState,
  supervisor: Pick<SupervisorState, 'lastCommand' | 'processes'>,
  log: Pick<Log, 'write'>,
  make: () => EngineSettings,
): StartState {
  const recovered = recoverEngine(saved, log);
  if (recovered) return { ...recovered, fresh: false };
  const settings = make();
  const state = newState(settings, initialEnvironment(settings));
  const fresh = supervisor.lastCommand === 0 && supervisor.processes.length === 0;
  if (!fresh) {
    log.write(
      'error',
      'The state of the daemon before this one is lost: events, waiting clients and stopped jobs with it',
    );
    state.begun = true;
  }
  return { engine: new Engine(state), commands: [], history: [], fresh };
}

function recoverEngine({ store, identity, failures, progress }: SavedState, log: Pick<Log, 'write'>) {
  if (failures >= LEAVE_OUT.everything) {
    log.write('error', `The daemon crashed ${failures} times during recovery; skipping the saved state`);
    return null;
  }
  let said = false;
  const read = (): Recovered | null => {
    progress();
    const recovered = store.recover(identity);
    if (!recovered) return null;
    const batches = trusted(recovered, failures, said ? SILENT : log);
    said = true;
    return { ...recovered, batches };
  };
  const replayed = replay(read, { progress });
  if (!replayed) return null;
  const { engine, commands, history, faults, leftOut } = replayed;
  for (const { fault } of faults) log.write('error', faultText(fault));
  if (leftOut > 0) log.write('error', `Too many inputs cannot be carried out: the last ${leftOut} are left out`);
  if (leftOut === 0 && failures < LEAVE_OUT.lastInputs) {
    store.resume();
    if (faults.length > 0) store.append(faults);
  }
  return { engine, commands, history };
}

const SILENT: Pick<Log, 'write'> = { write() {} };

/** The saved inputs, or the part of them that is not suspected of crashing every daemon. */
function trusted({ batches }: Recovered, failures: number, log: Pick<Log, 'write'>): Input[][] {
  if (failures < LEAVE_OUT.lastInputs || batches.length === 0) return batches;
  const kept = failures < LEAVE_OUT.journal ? batches.slice(0, -1) : [];
  const types = new Set(batches.slice(kept.length).flatMap((batch) => batch.map(({ type }) => type)));
  const dropped = [...types].join(', ');
  log.write('error', `The daemon crashed ${failures} times during recovery; skipping the last inputs (${dropped})`);
  return kept;
}

/** The settings of a new init, from its options and environment. */
export function engineSettings(
  options: InitOptions,
  places: Places,
  initEnv: Readonly<Record<string, string>>,
  surroundings: { pid1: boolean; apparmor: boolean },
): EngineSettings {
  const session = options.user;
  // The environment of a container is for its jobs, like that of a session.
  const inheritEnv = (session || options.container) && options.inheritEnv;
  return {
    pid1: surroundings.pid1,
    initEnv: Object.entries(initEnv).map(([name, value]) => `${name}=${value}`),
    inheritEnv,
    sessionAddress: places.sessionAddress,
    logDir: options.jobLogs ? places.logDir : null,
    defaultConsole: options.defaultConsole,
    umask: session && options.inheritEnv ? null : 0o022,
    apparmor: surroundings.apparmor,
    directory: session ? null : '/',
    hookTimeoutS: options.hookTimeoutS,
    jobCgroups: options.jobCgroups,
    jobOutput: options.jobOutput,
    exitWith: options.exitWith,
    stopTimeoutS: options.stopTimeoutS,
    container: options.container,
  };
}
