/** Resolves the words of a command line to jobs and instances: names, patterns, and KEY=VALUE for an instance. */

import { type BrokenFile, brokenFileText, globMatches, nearest, UsageError } from '@upstart/common';
import type { InstanceStatus, JobStatus, Target, UpstartClient } from '@upstart/protocol';
import { printable } from '../text/colour.ts';

/** The error for a word that names no job. */
export interface UnknownJob {
  readonly word: string;
  readonly text: string;
  /** The instance that it would be, of a job that there is. */
  readonly instance?: { readonly job: string; readonly instance: string };
}

export interface MeantJobs {
  readonly jobs: readonly MeantJob[];
  readonly unknown: readonly UnknownJob[];
}

export interface MeantJob {
  readonly job: string;
  /** The variables of an instance that need not exist yet. */
  readonly env: readonly string[];
  /** The existing instances that the word matches. */
  readonly instances: readonly InstanceStatus[];
  /** How the word matches the job: by its name, by a pattern, or by some of its instances. */
  readonly by: 'name' | 'pattern' | 'instances';
}

/** Each existing instance as a target; with variables the instance that they name, whether it exists or not. */
export function targetsOf({ job, env, instances }: MeantJob): Target[] {
  if (env.length > 0) return [{ job, env: [...env] }];
  return instances.map(({ name }) => ({ job, instance: name }));
}

/**
 * Jobs by name or pattern (`*`, `?`, `[…]`), instances as `JOB/INSTANCE`. Words with a `=` after the first word are variables
 * for all named jobs. Throws UsageError.
 */
export async function meantJobs(client: UpstartClient, words: readonly string[]): Promise<MeantJobs> {
  const known = await client.call('list', {});
  const isJob = new Set(known.map(({ job }) => job));
  const isVariable = (word: string, at: number): boolean => at > 0 && word.includes('=') && !isJob.has(word);
  const env = words.filter(isVariable);
  const names = words.filter((word, at) => !isVariable(word, at));
  for (const word of env) if (word.startsWith('=')) throw new UsageError(`KEY=VALUE expected, not ${word}`);

  const jobs = new Map<string, MeantJob>();
  const missing: string[] = [];
  for (const word of names) {
    const found = isJob.has(word) ? named(word, known) : matching(word, known);
    if (found.length === 0) missing.push(word);
    for (const meant of found) jobs.set(meant.job, join(jobs.get(meant.job), { ...meant, env }));
  }
  const broken = missing.length === 0 ? [] : await client.call('brokenFiles', {});
  return { jobs: [...jobs.values()], unknown: missing.map((word) => unknownJob(word, known, broken)) };
}

type Found = Omit<MeantJob, 'env'>;

function named(word: string, known: readonly JobStatus[]): Found[] {
  const status = known.find(({ job }) => job === word);
  return status === undefined ? [] : [{ ...status, by: 'name' }];
}

/** The jobs whose name matches, and instances by `JOB/INSTANCE`. */
function matching(pattern: string, known: readonly JobStatus[]): Found[] {
  return known.flatMap(({ job, instances }): Found[] => {
    if (globMatches(pattern, job)) return [{ job, instances, by: 'pattern' }];
    const some = instances.filter(({ name }) => name !== '' && isMeant(pattern, `${job}/${name}`));
    return some.length === 0 ? [] : [{ job, instances: some, by: 'instances' }];
  });
}

/** A name may have characters of patterns. */
const isMeant = (pattern: string, name: string): boolean => pattern === name || globMatches(pattern, name);

function join(one: MeantJob | undefined, other: MeantJob): MeantJob {
  if (one === undefined) return other;
  const instances = new Map([...one.instances, ...other.instances].map((instance) => [instance.name, instance]));
  return { ...other, instances: [...instances.values()], by: one.by === other.by ? one.by : 'name' };
}

function unknownJob(word: string, known: readonly JobStatus[], broken: readonly BrokenFile[]): UnknownJob {
  const files = broken.filter(({ job }) => job === word);
  if (files.length > 0) {
    return {
      word,
      text: `the file of ${printable(word)} has an error: ${files.map(brokenFileText).map(printable).join('; ')}`,
    };
  }
  const owner = known.findLast(({ job }) => word.startsWith(`${job}/`));
  if (owner !== undefined) {
    const instance = { job: owner.job, instance: word.slice(owner.job.length + 1) };
    return { word, text: `unknown instance: ${printable(word)}`, instance };
  }
  const meant = nearest(
    word,
    [...known, ...broken].map(({ job }) => job),
  );
  const hint = meant === null ? '' : `; did you mean ${printable(meant)}?`;
  return { word, text: `unknown job: ${printable(word)}${hint}` };
}
