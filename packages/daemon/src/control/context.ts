/** What handlers of requests work on, and for whom. */
import type { InitNumbers, Params } from '@upstart/protocol';
import type { Configuration } from '../conf/configuration.ts';
import type { History } from '../history/history.ts';
import type { Log } from '../log/log.ts';
import type { TargetKeeper } from '../log-targets/target-keeper.ts';
import type { Orphans } from '../proc/orphans.ts';
import type { ProcessUsage } from '../proc/usage.ts';
import type { Runner } from '../runner/runner.ts';
import type { SourceKeeper } from '../sources/source-keeper.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { Callers } from './callers.ts';
import type { ClientProcess } from './client-process.ts';
import type { Sockets } from './sockets.ts';

/** The parts of the daemon that handlers work on. */
export interface ControlContext {
  runner: Runner;
  configuration: Configuration;
  log: Log;
  /** `init (upstart VERSION)`. */
  version: string;
  /** The pid that users know as init. */
  initPid: number;
  orphans: Orphans;
  usage: ProcessUsage;
  history: Pick<History, 'query' | 'callersKnown' | 'lastOfLeases'>;
  supervisor: Pick<Supervisor, 'findPeer' | 'files'>;
  callers: Callers;
  sources: Pick<SourceKeeper, 'status' | 'register' | 'changed'>;
  logTargets: Pick<TargetKeeper, 'status' | 'register' | 'ofJob'>;
  sockets: Sockets;
  /** Whether this process is the bridge that init has started. */
  isBridge(pid: number): boolean;
  counts: Omit<InitNumbers, 'pendingEvents'>;
  bus: {
    /** Init has its name on a bus. */
    isJoined(): boolean;
    /** Takes that name on the bus at this address. Rejects with an `UpstartError`. */
    join(address: string): Promise<void>;
  };
}

/** The client of a request. */
export interface Caller {
  /** May change things (reference: control §5); decided by the socket that the caller could open. */
  privileged: boolean;
  key: string | undefined;
  /** The process that asks; absent where it is not known. */
  process?: Pick<ClientProcess, 'reference' | 'known' | 'pid'> | undefined;
  /** The client needs the answer to the request of this key until it has read the one to its present request. */
  needs(key: string): void;
  /** Resolves when it is this caller's turn for something that takes a while, such as all jobs at once. */
  turn(): Promise<void>;
  /** Has notifications sent to the caller from now on. */
  watch(): void;
  /** Calls back when the connection has ended: the same function for all its requests; absent for a caller in this process. */
  closed?: (done: () => void) => void;
  /** A descriptor that the client has sent along; only in this process. */
  file?: number;
  /** The terminal side of `run`; absent for a call that comes from a command already. */
  run?: (params: Params<'run'>) => Promise<number>;
}
