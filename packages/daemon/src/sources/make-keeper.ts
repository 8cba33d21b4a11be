/** The keeper of sources of a daemon. */
import { join } from 'node:path';
import { VERSION } from '@upstart/common';
import type { SourceName } from '@upstart/job-language';
import { CONTROL_SOCKET } from '@upstart/protocol';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../log/log.ts';
import { endProcess, startProgram } from '../on-demand/start-program.ts';
import type { InitOptions } from '../options/options.ts';
import { monotonicNow } from '../time/clock.ts';
import { needsOf } from './needs.ts';
import { SourceKeeper } from './source-keeper.ts';

/** How long a bridge from before takes to connect to a new daemon, at most. */
const BRIDGE_GRACE_MS = 2000;

export interface KeeperPlace {
  readonly options: InitOptions;
  /** The bundle of upstart-bridge. */
  readonly script: string;
  /** The folder of init's control socket. */
  readonly folder: string;
  readonly initEnv: Readonly<Record<string, string>>;
  readonly engine: Pick<Engine, 'state'>;
  readonly log: Log;
  /** Whether a daemon came before this one, whose bridge may run. */
  readonly isRestarted: boolean;
}

export function makeKeeper({ options, script, folder, initEnv, engine, log, isRestarted }: KeeperPlace): SourceKeeper {
  const sourceLog = log.child({ component: 'sources' });
  const place = { script, folder, socket: join(folder, CONTROL_SOCKET), isSession: options.user };
  const env = (): Record<string, string> => {
    const { dbusAddress } = engine.state;
    return dbusAddress === undefined ? initEnv : { ...initEnv, DBUS_SESSION_BUS_ADDRESS: dbusAddress };
  };
  return new SourceKeeper({
    ...{ isOn: options.sources, version: VERSION, graceMs: isRestarted ? BRIDGE_GRACE_MS : 0, nowMs: monotonicNow },
    // The local bridge has a socket and an event of its own; the system's events are for sessions.
    left: new Set<SourceName>(options.user ? ['local'] : ['local', 'event']),
    needs: () => needsOf([...engine.state.classes.values()].map(({ definition }) => definition)),
    start: (sources, ended) => {
      const words = ['--called-as', 'upstart-bridge', '--managed', ...(options.user ? ['--user'] : []), ...sources];
      return startProgram({ ...place, env: env() }, words, ended);
    },
    end: endProcess,
    warn: (text) => sourceLog.write('warn', text),
    after(delayMs, due) {
      const timer = setTimeout(due, delayMs);
      return () => clearTimeout(timer);
    },
  });
}
