/** The answer to `what is wrong?`. */

/**
 * What a trouble comes from, the worst first: a file that cannot be used, a job that failed, one that respawns again and again, one that
 * is unhealthy by its checks, one that runs with a log that cannot be written or stopped by a signal, jobs that wait for one another, a job that there is none of, an event
 * without a known emitter, an instance on its way, a job that does not run, and an event that has not come.
 */
export const CAUSE_KINDS = [
  'broken',
  'failed',
  'flapping',
  'unhealthy',
  'degraded',
  'loop',
  'no-job',
  'no-emitter',
  'pending',
  'stopped',
  'event',
] as const;
export type CauseKind = (typeof CAUSE_KINDS)[number];

export interface RootCause {
  kind: CauseKind;
  /** The job that it is about; null: it is about an event. */
  job: string | null;
  /** The name of its instance, or ''. */
  instance: string;
  /** A sentence without its full stop: `db failed: main process (4711) terminated with status 3`. */
  text: string;
  /** The number of jobs and instances that wait because of it. */
  affected: number;
  /** Those, by what each of them waits for itself, the first of which there are most. */
  waiting: WaitingJobs[];
}

export interface WaitingJobs {
  /** `` `started db` ``. */
  for: string;
  /** Jobs, and instances as `JOB (INSTANCE)`, at most 50. */
  jobs: string[];
  /** How many there are. */
  count: number;
}

/** All causes, the most important first. */
export interface Troubles {
  causes: RootCause[];
  /** The number of further causes. */
  dropped: number;
  /** What is wrong besides jobs: with targets of logs. A sentence each, without its full stop. Absent: nothing. */
  notes?: string[];
}
