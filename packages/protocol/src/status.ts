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

/** The process slots of a job, in the order in which status lists them. */
export const SLOTS = ['main', 'pre-start', 'post-start', 'pre-stop', 'post-stop', 'security'] as const;
export type Slot = (typeof SLOTS)[number];

export interface ProcessStatus {
  slot: Slot;
  pid: number;
}

/** One instance of a job. The unnamed instance of a job without `instance` has the name ''. */
export interface InstanceStatus {
  name: string;
  goal: Goal;
  state: State;
  /** Only processes that live, in slot order. */
  processes: ProcessStatus[];
}

export interface JobStatus {
  job: string;
  /** Empty for a job that is stopped: shown as `JOB stop/waiting`. */
  instances: InstanceStatus[];
}
