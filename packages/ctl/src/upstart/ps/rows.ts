/** The rows of `ps`: one for each job and instance, the worst health first. */
import { type BrokenFile, brokenFileText, compareTexts } from '@upstart/common';
import {
  type CheckStatus,
  HEALTHS,
  type Health,
  type InstanceStatus,
  type JobStatus,
  type ProcessExit,
  type RespawnSeries,
  type UpstartClient,
} from '@upstart/protocol';

/** The fields and their names are those of `ps --json`. */
export interface ShownRow {
  /** What it is: a job, or a script of System V that the present runlevel starts. */
  readonly kind: 'job' | 'init-script';
  readonly job: string;
  readonly instance: string;
  /** null: nobody knows, of a script. */
  readonly health: Health | null;
  /** `start/running`; null where nothing defines the job. */
  readonly state: string | null;
  /** Of the main process, or else of the first one that lives; null without any. */
  readonly pid: number | null;
  /** Why it is not well; null: it is well. */
  readonly why: string | null;
  /** What its main process says of itself; absent: nothing. */
  readonly says?: string;
  /** When a timer of the job is due next, in milliseconds since the epoch; absent: it has none. */
  readonly nextTurn?: number;
  /** When a restart comes that `restart delay` has postponed, in milliseconds since the epoch; absent: none waits. */
  readonly restartAt?: number;
  /** The time at which it entered its state, in milliseconds since the epoch; null: never, or unknown. */
  readonly since: number | null;
  readonly respawns: number;
  /** Those without a long run between them, of a job that has an instance. */
  readonly series: RespawnSeries | null;
  /** Its probes of `check`. */
  readonly checks: readonly CheckStatus[];
  readonly lastExit: ProcessExit | null;
  readonly memoryBytes: number | null;
  readonly cpuMs: number | null;
}

export interface Row extends ShownRow {
  readonly kind: 'job';
  readonly health: Health;
}

const BAD: ReadonlySet<Health> = new Set(['broken', 'failed', 'flapping', 'unhealthy']);

/** Whether it has failed, fails repeatedly, or is unhealthy. */
export function isBad({ health }: Pick<ShownRow, 'health'>): boolean {
  return health !== null && BAD.has(health);
}

/** The rows with the next turns of timers that start their jobs. */
export async function withTurns(client: UpstartClient, rows: readonly Row[]): Promise<Row[]> {
  const next = new Map<string, number>();
  for (const { job, stanza, next: ms } of await client.call('timers', { job: null })) {
    if (stanza === 'start on' && ms !== null && !next.has(job)) next.set(job, ms);
  }
  return rows.map((row) => {
    const nextTurn = next.get(row.job);
    return nextTurn === undefined ? row : { ...row, nextTurn };
  });
}

/** The rows of every job, or of `job` alone, including jobs that a broken file keeps from existing. */
export async function jobRows(client: UpstartClient, job: string | null = null): Promise<Row[]> {
  const [known, files] = await Promise.all([
    client.call('list', { details: true, job }),
    client.call('brokenFiles', {}),
  ]);
  const broken = files.filter((file) => job === null || file.job === job);
  const names = new Set(known.map(({ job }) => job));
  const undefinedJobs = [...new Set(broken.map(({ job }) => job))].filter((job) => !names.has(job));
  const rows = [
    ...known.flatMap(rowsOf),
    ...undefinedJobs.map((job) =>
      brokenRow(
        job,
        broken.filter((file) => file.job === job),
      ),
    ),
  ];
  return rows.sort(
    (a, b) =>
      HEALTHS.indexOf(a.health) - HEALTHS.indexOf(b.health) ||
      compareTexts(a.job, b.job) ||
      compareTexts(a.instance, b.instance),
  );
}

/** Of what has never run. */
export const NOTHING = {
  since: null,
  respawns: 0,
  series: null,
  checks: [],
  lastExit: null,
  memoryBytes: null,
  cpuMs: null,
};

function brokenRow(job: string, files: readonly BrokenFile[]): Row {
  const why = files.map(brokenFileText).join('; ');
  return { kind: 'job', job, instance: '', health: 'broken', state: null, pid: null, why, ...NOTHING };
}

function rowsOf(status: JobStatus): Row[] {
  const { job, instances, health = 'well', why = null, last = null } = status;
  if (instances.length === 0) {
    const run = last && { since: last.at, respawns: last.respawns, lastExit: last.exit };
    return [{ kind: 'job', job, instance: '', health, state: 'stop/waiting', pid: null, why, ...NOTHING, ...run }];
  }
  return instances.map((instance) => instanceRow(status, instance));
}

/** An instance of a job with a broken file runs with the definition before. */
function instanceRow({ job, why: jobWhy = null }: JobStatus, instance: InstanceStatus): Row {
  const { name, goal, state, processes, health = 'well', why = null, since = null, respawns = 0 } = instance;
  const { series = null, checks = [], lastExit = null, memoryBytes = null, cpuMs = null } = instance;
  return {
    kind: 'job',
    job,
    instance: name,
    health: jobWhy === null ? health : 'broken',
    state: `${goal}/${state}`,
    pid: processes[0]?.pid ?? null,
    why: jobWhy ?? why,
    ...(instance.says === undefined ? {} : { says: instance.says }),
    ...(instance.restartAt === undefined ? {} : { restartAt: instance.restartAt }),
    since,
    respawns,
    series,
    checks,
    lastExit,
    memoryBytes,
    cpuMs,
  };
}
