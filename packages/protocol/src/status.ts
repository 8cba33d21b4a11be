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

/** The health of a job or an instance, the worst first; see docs/json.md. */
export const HEALTHS = ['broken', 'failed', 'flapping', 'unhealthy', 'degraded', 'pending', 'well'] as const;
export type Health = (typeof HEALTHS)[number];

/** How a process ended: one of the two fields; neither if that is unknown. */
export interface ProcessExit {
  exitStatus: number | null;
  exitSignal: string | null;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Respawns without a long run between them. Times are in milliseconds since the epoch. */
export interface RespawnSeries {
  count: number;
  /** When the first of them was. */
  since: number;
  /** When the next one comes; null: it runs. */
  next: number | null;
}

/** One probe of `check` of an instance. */
export interface CheckStatus {
  /** `http://localhost:8080/healthz`, as the job file has it. */
  check: string;
  /** null: it has neither failed too often nor succeeded since it failed; that of an instance that does not run. */
  healthy: boolean | null;
  /** Failures in a row, up to the number that makes the instance unhealthy. */
  failures: number;
  /** Why it failed last; null: it has succeeded since, or was not tried yet. */
  answer: string | null;
  /** Since when it is unhealthy, in milliseconds since the epoch; null: it is not. */
  unhealthySince: number | null;
}

/** The details of an instance (`details: true`). */
export interface InstanceDetails {
  health: Health;
  /** Why it is not well, in a few words; null where it is. */
  why: string | null;
  /** When it entered its state, in milliseconds since the epoch; null: a daemon from before 2.15 has seen that. */
  since: number | null;
  /** How long its last start took until it was ready, in milliseconds; absent: it was not yet, or a daemon from before 2.14 has seen that. */
  readyMs?: number;
  /** In this run. */
  respawns: number;
  /** Its respawns without a long run between them; null: there was none, or a long one after it. A daemon from before 2.15 lacks it. */
  series?: RespawnSeries | null;
  /** Its probes of `check`; none without any. A daemon from before 2.15 lacks it. */
  checks?: CheckStatus[];
  /** How its main process ended last, in this run or the one before. */
  lastExit: ProcessExit | null;
  /** Memory and processor time of all its processes; null without any, and where they are unknown. */
  memoryBytes: number | null;
  cpuMs: number | null;
  /** When a restart comes that waits until its events are quiet, in milliseconds since the epoch; absent: none waits. */
  restartAt?: number;
}

/** The details of a job (`details: true`), besides those of its instances. */
export interface JobDetails {
  /** The worst of its own and its instances'. */
  health: Health;
  /** Why there is no instance although there should be, or what is wrong with its file; null: nothing is wrong. */
  why: string | null;
  /** The run that ended last; null: none has. */
  last: { instance: string; at: number; respawns: number; exit: ProcessExit | null } | null;
}

/** One instance of a job. The unnamed instance of a job without `instance` has the name ''. */
export interface InstanceStatus extends Partial<InstanceDetails> {
  name: string;
  goal: Goal;
  state: State;
  /** Only processes that live, in slot order. */
  processes: ProcessStatus[];
  /** The trouble with its log; null: none. A daemon from before 2.14 lacks it. */
  logTrouble?: LogTrouble | null;
  /** What its main process has said of itself (`STATUS=` of sd_notify); absent: nothing. */
  says?: string;
}

export interface JobStatus extends Partial<JobDetails> {
  job: string;
  /** Empty for a job that is stopped: shown as `JOB stop/waiting`. */
  instances: InstanceStatus[];
}
