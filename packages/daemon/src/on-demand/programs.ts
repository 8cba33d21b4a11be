/** The programs of a daemon that run while jobs or settings need them. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { answersFleet, clusterConfPath, VERSION } from '@upstart/common';
import type { SourceName } from '@upstart/job-language';
import { CONTROL_SOCKET } from '@upstart/protocol';
import type { Engine } from '../engine/engine.ts';
import type { Log, LogComponent } from '../log/log.ts';
import { wantedTargets } from '../log-targets/needs.ts';
import { TargetKeeper } from '../log-targets/target-keeper.ts';
import type { InitOptions } from '../options/options.ts';
import { needsOf } from '../sources/needs.ts';
import { SourceKeeper } from '../sources/source-keeper.ts';
import { monotonicNow } from '../time/clock.ts';
import type { KeeperParts, StartedProgram } from './program-keeper.ts';
import { endProcess, startProgram } from './start-program.ts';

/** How long a program from before takes to connect to a new daemon, at most. */
const GRACE_MS = 2000;
const CLUSTER: ReadonlySet<SourceName> = new Set<SourceName>(['cluster']);

export interface ProgramsPlace {
  readonly options: InitOptions;
  /** The bundle of upstart-bridge; other programs are beside it. */
  readonly bridge: string;
  /** The folder of init's control socket. */
  readonly folder: string;
  readonly initEnv: Readonly<Record<string, string>>;
  readonly engine: Pick<Engine, 'state'>;
  readonly log: Log;
  isGoingDown(): boolean;
  /** Whether a daemon came before this one, whose programs may run. */
  readonly isRestarted: boolean;
}

export class Programs {
  readonly sources: SourceKeeper;
  readonly logTargets: TargetKeeper;
  /** Whether jobs may have leases. */
  readonly #hasLeases: () => boolean;

  constructor({ options, bridge, folder, initEnv, engine, log, isGoingDown, isRestarted }: ProgramsPlace) {
    const definitions = () => [...engine.state.classes.values()].map(({ definition }) => definition);
    this.#hasLeases = () => definitions().some(({ cluster }) => cluster !== null);
    const managed = ['--managed', ...(options.user ? ['--user'] : [])];
    const start = (script: string, words: readonly string[], ended: (how: string | null) => void): StartedProgram => {
      const { dbusAddress } = engine.state;
      const env = dbusAddress === undefined ? initEnv : { ...initEnv, DBUS_SESSION_BUS_ADDRESS: dbusAddress };
      const place = { script, folder, socket: join(folder, CONTROL_SOCKET), isSession: options.user, env };
      return startProgram(place, words, ended);
    };
    const parts = (component: LogComponent, isOn: boolean): KeeperParts => {
      const own = log.child({ component });
      return {
        ...{ isOn, version: VERSION, graceMs: isRestarted ? GRACE_MS : 0, nowMs: monotonicNow },
        ...{ isGoingDown, end: endProcess, after },
        warn: (text) => own.write('warn', text),
      };
    };
    this.sources = new SourceKeeper({
      ...parts('sources', options.sources),
      // The local bridge has a socket and an event of its own; the system's events are for sessions.
      left: new Set<SourceName>(options.user ? ['local'] : ['local', 'event']),
      needs: () => needsOf(definitions(), answersFleet(initEnv, options.user) ? CLUSTER : undefined),
      clusterConf: () => stampOf(clusterConfPath(initEnv, options.user)),
      start: (sources, ended) => start(bridge, ['--called-as', 'upstart-bridge', ...managed, ...sources], ended),
    });
    this.logTargets = new TargetKeeper({
      ...parts('log-targets', options.jobLogs),
      given: options.logTargets,
      wanted: () => wantedTargets(options.logTargets, definitions()),
      start: (ended) => start(join(dirname(bridge), 'log-shipper.js'), managed, ended),
    });
  }

  begin(): void {
    this.sources.begin();
    this.logTargets.begin();
  }

  /** Jobs have changed, or files of settings that programs read may have. */
  changed(): void {
    this.sources.changed();
    this.logTargets.changed();
  }

  /** Asks them to end. The value: the pids of those that may have to give leases back. */
  close(): number[] {
    const bridges = this.sources.close();
    this.logTargets.close();
    return this.#hasLeases() ? bridges : [];
  }
}

function after(delayMs: number, due: () => void): () => void {
  const timer = setTimeout(due, delayMs);
  return () => clearTimeout(timer);
}

/** Another one for each change of the file. */
function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? [found.ino, found.size, found.mtimeMs].join(' ') : '';
}
