/** The log files of the jobs on a command line. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileName, LOG_SUFFIX, type LogFile, ownerOf, partsOf } from '@upstart/log-reader';
import type { Target, UpstartClient } from '@upstart/protocol';
import { type MeantJob, type MeantJobs, meantJobs, type UnknownJob } from '../jobs.ts';

export interface MeantLogs extends MeantJobs {
  /** By path, including those of instances that do not run any more. */
  readonly files: readonly LogFile[];
}

/** The logs that the words name, as `meantJobs` understands them; `JOB/INSTANCE` also where only the log of that instance is left. */
export async function meantLogs(client: UpstartClient, words: readonly string[]): Promise<MeantLogs> {
  const { jobs, unknown } = await meantJobs(client, words);
  const left = new Map<UnknownJob, LogFile>();
  for (const each of unknown) {
    const file = each.instance && fileAt(await client.call('logPath', each.instance));
    if (file && (partsOf([file]).get(file) ?? []).length > 0) left.set(each, file);
  }
  const files = await logFilesOf(client, jobs);
  return { jobs, unknown: unknown.filter((each) => !left.has(each)), files: [...files, ...left.values()] };
}

export async function logFilesOf(client: UpstartClient, jobs: readonly MeantJob[]): Promise<LogFile[]> {
  const known = (await client.call('list', {})).map(({ job }) => fileName(job));
  const paths = new Set((await Promise.all(jobs.map((meant) => pathsOf(client, meant, known)))).flat());
  return [...paths].sort().map(fileAt);
}

const fileAt = (path: string): LogFile => ({ label: basename(path, LOG_SUFFIX), path });

async function pathsOf(client: UpstartClient, meant: MeantJob, known: readonly string[]): Promise<string[]> {
  const { job, env, instances, by } = meant;
  const named: Target[] = instances.map(({ name }) => ({ job, instance: name }));
  const paths = (targets: readonly Target[]): Promise<string[]> =>
    Promise.all(targets.map((target) => client.call('logPath', target)));
  if (env.length > 0) return paths([{ job, env: [...env] }]);
  if (by === 'instances') return paths(named);
  const [own = '', ...others] = await paths([{ job, instance: '' }, ...named]);
  return [own, ...others, ...formerOnes(own, fileName(job), known)];
}

/** Logs of instances of the job, running or not: `JOB-*.log` but for those of jobs with longer names. */
function formerOnes(own: string, job: string, known: readonly string[]): string[] {
  const folder = dirname(own);
  return namesIn(folder)
    .filter(
      (name) =>
        name.startsWith(`${job}-`) && name.endsWith(LOG_SUFFIX) && ownerOf(basename(name, LOG_SUFFIX), known) === job,
    )
    .map((name) => join(folder, name));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Reading the logs themselves reports the error.
    return [];
  }
}
