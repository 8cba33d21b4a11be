/** The history: an entry for each change, with its cause. */
import type { Slot } from '@upstart/common';
import type { Goal, State } from './status.ts';

/** The most entries that one answer has. */
export const MAX_HISTORY_ENTRIES = 2000;

/** The process that a request came from, by the credentials that the kernel has of it. */
export interface Peer {
  pid: number;
  uid: number;
  gid: number;
  /** The name of its program (`/proc/PID/comm`); null: it had ended. */
  name: string | null;
  /** Its parent, which may have been a shell; absent where that is not known. */
  parent?: { pid: number; name: string };
}

/** The cause of a goal, an event, a signal or a change of a lease. */
export interface HistoryCause {
  /**
   * - `event`: a condition became true
   * - `request`: a client or a job asked for it
   * - `process`: a process ended, or could not be started
   * - `timer`: a time had passed
   * - `check`: a check has failed so often that the instance is unhealthy, or has succeeded again
   * - `init`: init itself, as when it comes up or a session ends
   */
  kind: 'event' | 'request' | 'process' | 'timer' | 'check' | 'init';
  /** Continues `started …` or `stopped …`: `` by `started JOB=db` ``, `by request`, `because its main process (12) …`. */
  text: string;
  /** Of a request: its method, `stop`. */
  request?: string;
  /** Of a request: the process that made it; absent where the kernel does not tell. */
  peer?: Peer;
}

/** Shared by all entries. */
export interface HistoryBase {
  /** Rises by one with each entry, over restarts of the daemon and of init. Entries are dropped at the old end only. */
  id: number;
  /** Milliseconds since the epoch. */
  atMs: number;
  /** Milliseconds of monotonic time: differences are right although the clock was set. */
  monotonicMs: number;
  /**
   * The entry that it waited for: that of another job or of an event where one decided, else the one before of the same instance.
   * 0: of none. It may have been dropped.
   */
  after: number;
}

/** An instance got another goal. */
export interface GoalEntry extends HistoryBase {
  kind: 'goal';
  job: string;
  instance: string;
  from: Goal;
  to: Goal;
  cause: HistoryCause;
}

/** An instance came to a state in which it stays, for however short a time; states on the way that are left at once are no entries. */
export interface StateEntry extends HistoryBase {
  kind: 'state';
  job: string;
  instance: string;
  from: State;
  to: State;
}

/** A process of an instance runs. */
export interface ProcessEntry extends HistoryBase {
  kind: 'process';
  job: string;
  instance: string;
  process: Slot;
  pid: number;
}

/** A process of an instance has ended, or could not be started. */
export interface ExitEntry extends HistoryBase {
  kind: 'exit';
  job: string;
  instance: string;
  process: Slot;
  /** 0: none was started. */
  pid: number;
  /** Both null: it could not be started, or its status is unknown. */
  exitStatus: number | null;
  exitSignal: string | null;
  /** `killed by TERM signal`, `unable to execute: No such file or directory`. */
  text: string;
}

/** A client had a signal sent to a process of an instance: by `kill`, or the reload signal by `reload`. Signals of init's own are no entries. */
export interface SignalEntry extends HistoryBase {
  kind: 'signal';
  job: string;
  instance: string;
  process: Slot;
  /** 0: not known yet. */
  pid: number;
  /** Its name without `SIG`, or its number. */
  signal: string;
  cause: HistoryCause;
}

/**
 * The lease of an instance (`cluster one`) has changed. That one is waited for, or renewed, is no entry.
 *
 * - `taken`: the instance may start; the text of the cause says from which host, where that is known
 * - `handed-over`: the job stops, so that another host can have it
 * - `given-up`: it was not renewed in time, so the job stops before another host can have it
 * - `lost`: another host may have it: what is left of the job gets SIGKILL
 * - `returned`: it is free again, as no process of the instance is left
 */
export interface LeaseEntry extends HistoryBase {
  kind: 'lease';
  job: string;
  instance: string;
  /** The name that the hosts of the cluster share. */
  lease: string;
  change: 'taken' | 'handed-over' | 'given-up' | 'lost' | 'returned';
  /** The fencing token; 0: not known any more. */
  token: number;
  cause: HistoryCause;
}

/** An event was emitted by a request or by init itself. Events that jobs cause by their states are no entries. */
export interface EventEntry extends HistoryBase {
  kind: 'event';
  /** With its variables, cut to 200 characters: `runlevel RUNLEVEL=2`. */
  event: string;
  cause: HistoryCause;
}

export type HistoryEntry = GoalEntry | StateEntry | ProcessEntry | ExitEntry | EventEntry | SignalEntry | LeaseEntry;

/** A query of entries, in the order of their ids. */
export interface HistoryQuery {
  /** Only entries of this job; null: of all jobs, and events. */
  job: string | null;
  /** Only entries of this time and later, in milliseconds since the epoch; 0: of any time. */
  sinceMs: number;
  /** Only entries after this id, the oldest first; null: the newest. */
  after: number | null;
  /** The most entries of the answer, up to `MAX_HISTORY_ENTRIES`. */
  limit: number;
}

export interface HistoryAnswer {
  entries: HistoryEntry[];
  /** The id of the last examined entry: the `after` of the next query. */
  upTo: number;
  /** Whether there are entries after `upTo`. */
  more: boolean;
}
