/**
 * The messages between clients and the daemon. Each method is one row of `Methods`: what the client
 * sends and what it gets. The envelope (`RequestFrame` and friends) is the same for all of them.
 */
import type { BrokenFile, Condition, Slot } from '@upstart/common';
import type { ClusterEventMethods } from './cluster-events.ts';
import type { WireError } from './errors.ts';
import type { SourceMethods } from './event-sources.ts';
import type { EventExplanation, Explanation } from './explanation.ts';
import type { HistoryAnswer, HistoryQuery } from './history.ts';
import type { LeaseMethods } from './leases.ts';
import type { JobLogTargets, LogTargetMethods } from './log-targets.ts';
import type { NumberMethods } from './numbers.ts';
import type { Asking, Detailed, FeedPlace, Killing, ListenFailure, Recipients, Stopping } from './request-parts.ts';
import type { Goal, JobStatus, State } from './status.ts';
import type { TimerStatus } from './timers.ts';
import type { Troubles } from './troubles.ts';

/** Raised whenever a frame changes its meaning. Sent in `hello`; a daemon refuses what it does not speak. */
export const PROTOCOL_VERSION = 1;

export const LOG_PRIORITIES = ['debug', 'info', 'message', 'warn', 'error', 'fatal'] as const;
export type LogPriority = (typeof LOG_PRIORITIES)[number];

/**
 * The instance a request is about: either as the expansion of the job's `instance` stanza with the
 * KEY=VALUE pairs `env`, or by its exact name (as commands inside a job do).
 */
export type Target = { job: string; env: string[] } | { job: string; instance: string };

/** The table an environment request is about: that of one running instance, or (null) everybody's. */
export type EnvTarget = { job: string; instance: string } | null;

/**
 * The result of `run` for a command line that must run in a process of the caller's: it reads the caller's files, or is
 * about another daemon. Nothing has been done or output then. No exit status is as high.
 */
export const RUN_LOCALLY = 256;

/** A job as `show-config`, `check-config` and `usage` need it. */
export interface JobConfig extends JobLogTargets {
  job: string;
  path: string;
  description: string;
  author: string;
  version: string;
  usage: string | null;
  emits: string[];
  startOn: Condition | null;
  stopOn: Condition | null;
  /** A daemon before version 2.15 lacks these. */
  restartOn?: Condition | null;
  reloadOn?: Condition | null;
  emitsCluster?: string[];
  /** The probes that it has to answer before it has started, and while it runs: `http http://localhost:8080/healthz`. */
  ready?: string[];
  check?: string[];
  /** How many may run in the cluster at one time, by which lease (null: of its own name), and where preferably. */
  cluster?: { most: number; group: string | null; prefer: string[] } | null;
}

/** The output of the program that reads folders of job files where no daemon runs. */
export interface JobsRead {
  configs: JobConfig[];
  /** The errors of files, in words. */
  warnings: string[];
}

export interface Methods extends ClusterEventMethods, LeaseMethods, LogTargetMethods, NumberMethods, SourceMethods {
  /** Always first on a connection. `client` names the program, for the log. */
  hello: { params: { version: number; client: string }; result: { version: number; daemon: string; pid: number } };
  /** The running daemon, as `init (upstart VERSION)`. */
  version: { params: Record<never, never>; result: string };
  /** All jobs; with `job` that one alone, or none if there is none of that name. A daemon from before 2.15 lists all. */
  list: { params: Detailed & { job?: string | null }; result: JobStatus[] };
  /**
   * `unknown-instance` when there is none of that name, except for `env: []` on a stopped job: then the result has no
   * instances. Waits until the pids of processes that are just being spawned are known.
   */
  status: { params: Target & Detailed; result: JobStatus };
  start: { params: Target & Asking; result: { instance: string } };
  stop: { params: Target & Stopping; result: { instance: string } };
  restart: { params: Target & Asking; result: { instance: string } };
  reload: { params: Target & Pick<Asking, 'by'>; result: null };
  /** Sends a signal to the main process, or to the hook that runs: `no-process` without one. The answer comes when it is sent. */
  kill: { params: Target & Killing; result: null };
  /**
   * With `only` the event matches those operands alone. A daemon from before 2.15 offers it to all. With `socket` the jobs that it starts
   * get that listening socket; `unknown-socket` if there is none of the name. With `place` it is emitted once, however often it is sent; a
   * later time is answered at once.
   */
  emit: {
    params: { name: string; env: string[]; only?: Recipients; socket?: string; place?: FeedPlace } & Asking;
    result: null;
  };
  /**
   * From now on init has these listening sockets and no others, by name (`socketName`): those that it has already stay open. `kept`: those
   * that jobs still have, though they are not named; they are closed with the jobs.
   */
  listen: { params: { sockets: string[] }; result: { failed: Record<string, ListenFailure>; kept: string[] } };
  /**
   * Answered when a connection waits at a listening socket that no job and no event has; with `newOnly` when a new one comes, whatever has the
   * socket. false: there is no such socket any more, or another call waits in place of this one.
   */
  awaitConnection: { params: { socket: string; newOnly: boolean }; result: boolean };
  /** The definition of one job (`unknown-job`) or, with null, of all. */
  config: { params: { job: string | null }; result: JobConfig[] };
  brokenFiles: { params: Record<never, never>; result: BrokenFile[] };
  reloadConfiguration: { params: Record<never, never>; result: null };
  explain: { params: { job: string }; result: Explanation };
  /** Every timer of all jobs, or of one. */
  timers: { params: { job: string | null }; result: TimerStatus[] };
  /** Everything that fails or waits. */
  troubles: { params: Record<never, never>; result: Troubles };
  /** The events of that name that are not over; none is no error. */
  explainEvent: { params: { name: string }; result: EventExplanation };
  getLogPriority: { params: Record<never, never>; result: LogPriority };
  setLogPriority: { params: { priority: string }; result: null };
  getEnv: { params: { target: EnvTarget; name: string }; result: string };
  listEnv: { params: { target: EnvTarget }; result: string[] };
  /** `vars` are `KEY=VALUE` or `KEY` (stored as `KEY=`); without `replace` existing variables keep their value. */
  setEnv: { params: { target: EnvTarget; vars: string[]; replace: boolean }; result: null };
  unsetEnv: { params: { target: EnvTarget; names: string[] }; result: null };
  resetEnv: { params: { target: EnvTarget }; result: null };
  notifyDiskWriteable: { params: Record<never, never>; result: null };
  notifyDBusAddress: { params: { address: string }; result: null };
  notifyCGroupManagerAddress: { params: { address: string }; result: null };
  /** Ends a session init as SIGTERM does, with TYPE=logout; PID 1 ignores it. */
  endSession: { params: Record<never, never>; result: null };
  /**
   * Replaces the running init by the installed one, which takes over its jobs. There is no answer: the connection ends
   * when the daemon does, and those who wait with a key are answered by the next one.
   */
  reexecute: { params: Record<never, never>; result: null };
  /** Entries of the history (`history.ts`). */
  history: { params: HistoryQuery; result: HistoryAnswer };
  /** Where an instance's output is logged. */
  logPath: { params: Target; result: string };
  /** From here on the connection also carries notifications. */
  watch: { params: Record<never, never>; result: null };
  /**
   * Runs a command line inside the daemon, as the launcher asks for it; output comes as `OutputFrame`s and
   * the result is the exit status, or `RUN_LOCALLY`. `argv[0]` is the name the program was called by.
   */
  run: {
    params: {
      argv: string[];
      cwd: string;
      env: Record<string, string>;
      /** Which of the descriptors 1 and 2 are terminals, and how wide. */
      terminal: { out: boolean; err: boolean; columns: number };
    };
    result: number;
  };
}

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]['params'];
export type Result<M extends Method> = Methods[M]['result'];

/**
 * A request. `key` (any string that is unique, such as a UUID) makes a request repeatable: a client that loses its
 * connection sends it again with the same key and gets the one answer, whether or not the daemon had carried it out.
 */
export interface RequestFrame<M extends Method = Method> {
  id: number;
  method: M;
  params: Params<M>;
  key?: string;
}
export interface ResultFrame<M extends Method = Method> {
  id: number;
  result: Result<M>;
}
export interface ErrorFrame {
  id: number;
  error: WireError;
}
/** Output of a `run` request, before its result. `fd` is 1 or 2. */
export interface OutputFrame {
  id: number;
  fd: 1 | 2;
  data: Uint8Array;
}

/** Notifications of `watch`, in the order in which they happened. */
export type Notification =
  | { event: 'job-added' | 'job-removed'; job: string }
  | { event: 'instance-added' | 'instance-removed'; job: string; instance: string }
  | { event: 'goal'; job: string; instance: string; goal: Goal }
  | { event: 'state'; job: string; instance: string; state: State }
  | { event: 'process'; job: string; instance: string; slot: Slot; pid: number }
  /** `text` is what the log says of it: `killed by TERM signal`, `unable to execute: …`. */
  | { event: 'process-ended'; job: string; instance: string; slot: Slot; pid: number; text: string }
  /** A client had this signal sent: its name without `SIG`, or its number. */
  | { event: 'signal'; job: string; instance: string; slot: Slot; pid: number; signal: string }
  /** `status` is as in `Failed`: exit status, signal << 8, -1 not spawned, 0 respawned too fast. */
  | { event: 'failed'; job: string; instance: string; status: number }
  /** Sent when the event is over. */
  | { event: 'event-emitted'; name: string; env: string[]; failed: boolean }
  | { event: 'lease-wanted'; job: string; instance: string }
  /** `lease`: its id, as `leases` has it. No process is left that has run by it. */
  | { event: 'lease-returned'; job: string; instance: string; lease: number }
  | { event: 'outgoing' }
  | { event: 'restarted' };

export interface NotificationFrame {
  notification: Notification;
}

export type ClientFrame = RequestFrame;
export type DaemonFrame = ResultFrame | ErrorFrame | OutputFrame | NotificationFrame;
