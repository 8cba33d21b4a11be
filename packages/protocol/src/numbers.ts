/** Numbers of init itself and of its jobs, for monitoring. */
import type { CheckStatus, Health, JobStatus, ProcessExit, State } from './status.ts';

export interface InitNumbers {
  /** Events that have finished since the daemon was started. */
  finishedEvents: number;
  /** Events that have not finished. */
  pendingEvents: number;
  /** How many daemons this init has had: the first one, and one after each death and each re-execution. */
  daemonStarts: number;
}

/** A check of an instance, with the place of that in the columns of instances. */
export interface CheckNumbers extends Pick<CheckStatus, 'check' | 'healthy' | 'failures'> {
  instance: number;
}

/**
 * What `list` with details has in numbers, in columns: an element of a column is of the job, the instance or the process that is at its place.
 * A thousand jobs are a few lists here and thousands of maps there. null is what `list` does not know or does not have.
 */
export interface JobNumbers {
  /** The names of all jobs. */
  jobs: string[];
  /** How many jobs have a health, and how many instances are in a state. */
  healths: Partial<Record<Health, number>>;
  states: Partial<Record<State, number>>;
  /** The jobs that have failed, flap or are unhealthy, and the last exit of their processes. */
  failures: { job: string; health: Health; exit: ProcessExit | null }[];
  instances: {
    /** The place of its job in `jobs`. */
    job: number[];
    name: string[];
    /** Whether it is start/running. */
    isUp: boolean[];
    /** When it entered its state, in milliseconds since the epoch. */
    since: (number | null)[];
    readyMs: (number | null)[];
    respawns: (number | null)[];
    memoryBytes: (number | null)[];
    cpuMs: (number | null)[];
    /** Output that was dropped, as its log cannot be written. */
    droppedBytes: number[];
  };
  /** Processes that live; with the place of their instance. */
  processes: { instance: number[]; pid: number[] };
  checks: CheckNumbers[];
}

export interface NumberMethods {
  numbers: { params: Record<never, never>; result: InitNumbers };
  /** A daemon from before 2.14 lacks it. */
  jobNumbers: { params: Record<never, never>; result: JobNumbers };
}

const FAILED: ReadonlySet<Health> = new Set<Health>(['failed', 'flapping', 'unhealthy']);

/** The numbers of jobs with their details. Takes one job after another, and keeps none. */
export function numbersOf(jobs: Iterable<JobStatus>): JobNumbers {
  const numbers: JobNumbers = {
    ...{ jobs: [], healths: {}, states: {}, failures: [], checks: [] },
    instances: {
      ...{ job: [], name: [], isUp: [], since: [], readyMs: [], respawns: [], memoryBytes: [], cpuMs: [] },
      droppedBytes: [],
    },
    processes: { instance: [], pid: [] },
  };
  for (const job of jobs) addJob(numbers, job);
  return numbers;
}

function addJob(numbers: JobNumbers, { job, health = 'well', instances, last }: JobStatus): void {
  const { jobs, healths, states, failures, instances: columns, processes, checks } = numbers;
  healths[health] = (healths[health] ?? 0) + 1;
  if (FAILED.has(health)) {
    const exit = instances.find(({ lastExit }) => lastExit != null)?.lastExit ?? last?.exit ?? null;
    failures.push({ job, health, exit });
  }
  for (const instance of instances) {
    const { goal, state } = instance;
    const place = columns.name.length;
    states[state] = (states[state] ?? 0) + 1;
    columns.job.push(jobs.length);
    columns.name.push(instance.name);
    columns.isUp.push(goal === 'start' && state === 'running');
    columns.since.push(instance.since ?? null);
    columns.readyMs.push(instance.readyMs ?? null);
    columns.respawns.push(instance.respawns ?? null);
    columns.memoryBytes.push(instance.memoryBytes ?? null);
    columns.cpuMs.push(instance.cpuMs ?? null);
    columns.droppedBytes.push(instance.logTrouble?.dropped ?? 0);
    for (const { pid } of instance.processes) {
      processes.instance.push(place);
      processes.pid.push(pid);
    }
    for (const { check, healthy, failures } of instance.checks ?? [])
      checks.push({ instance: place, check, healthy, failures });
  }
  jobs.push(job);
}
