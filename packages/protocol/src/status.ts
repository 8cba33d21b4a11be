import type { Slot } from '@upstart/common';

/** The goal of an instance. `respawn` is a temporary mark while a hook outlives the main process. */
export type Goal = 'stop' | 'start' | 'respawn';

/** The states of a job instance, in the order in which a start and a stop pass through them. */
export const STATES = [
  'waiting',
  'starting',
  'security-spawning',
  'security',
  'pre-starting',
  'pre-start',
  'spawning',
  'spawned',
  'post-starting',
  'post-start',
  'running',
  'pre-stopping',
  'pre-stop',
  'stopping',
  'killed',
  'post-stopping',
  'post-stop',
] as const;
export type State = (typeof STATES)[number];

export interface ProcessStatus {
  slot: Slot;
  pid: number;
}

/** A job's log that cannot be written. */
export interface LogTrouble {
  path: string;
  /** As the C library says it: `No space left on device`. */
  error: string;
  /** An explanation of the error, where it needs one. */
  meaning: string | null;
  /** Milliseconds since the epoch. */
  since: number;
  /** Bytes of output that have been dropped, at the last count: the first 128 KiB are kept. */
  dropped: number;
}

/** One instance of a job. The unnamed instance of a job without `instance` has the name ''. */
export interface InstanceStatus {
  name: string;
  goal: Goal;
  state: State;
  /** Only processes that live, in slot order. */
  processes: ProcessStatus[];
  /** The trouble with its log; null: none. A daemon from before 2.14 lacks it. */
  logTrouble?: LogTrouble | null;
}

export interface JobStatus {
  job: string;
  /** Empty for a job that is stopped: shown as `JOB stop/waiting`. */
  instances: InstanceStatus[];
}
