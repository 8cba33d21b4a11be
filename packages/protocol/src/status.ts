import type { Slot } from '@upstart/common';

/** What a job instance is heading for. `respawn` is a passing mark while a hook outlives the main process. */
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
  /** What that says of the file, where it does not say so itself. */
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
  /** What is wrong with its log; null: nothing. A daemon from before 2.14 lacks it. */
  logTrouble?: LogTrouble | null;
}

export interface JobStatus {
  job: string;
  /** Empty for a job that is stopped: shown as `JOB stop/waiting`. */
  instances: InstanceStatus[];
}
