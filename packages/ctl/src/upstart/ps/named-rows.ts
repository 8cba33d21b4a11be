/** The rows of `ps` that the words of a command line name: jobs, among them those of broken files, and instances. */
import { globMatches, UsageError } from '@upstart/common';
import { type UpstartClient, UpstartError } from '@upstart/protocol';
import { meantJobs, type UnknownJob } from '../jobs.ts';
import type { Row } from './rows.ts';

export interface NamedRows {
  readonly rows: readonly Row[];
  readonly unknown: readonly UnknownJob[];
}

/**
 * Words are as for `meantJobs`: names, patterns, `JOB/INSTANCE`, and behind the first word variables of an instance. Without any, all rows.
 * Throws UsageError.
 */
export async function namedRows(
  client: UpstartClient,
  words: readonly string[],
  rows: readonly Row[],
): Promise<NamedRows> {
  if (words.length === 0) return { rows, unknown: [] };
  const names = new Set(rows.map(({ job }) => job));
  const isVariable = (word: string, at: number): boolean => at > 0 && word.includes('=') && !names.has(word);
  const patterns = words.filter((word, at) => !isVariable(word, at));
  const variables = words.filter(isVariable);
  for (const word of variables) if (word.startsWith('=')) throw new UsageError(`KEY=VALUE expected, not ${word}`);
  const means = (word: string, { job, instance }: Row): boolean =>
    names.has(word)
      ? word === job
      : globMatches(word, job) || (instance !== '' && globMatches(word, `${job}/${instance}`));
  const missing = patterns.filter((word) => !rows.some((row) => means(word, row)));
  const { unknown } = missing.length === 0 ? { unknown: [] } : await meantJobs(client, missing);
  const named = rows.filter((row) => patterns.some((word) => means(word, row)));
  return { rows: variables.length === 0 ? named : await withVariables(client, variables, named), unknown };
}

/** Those of the instances that the variables name. */
async function withVariables(client: UpstartClient, env: string[], rows: readonly Row[]): Promise<Row[]> {
  const instances = new Map<string, string>();
  for (const job of new Set(rows.map((row) => row.job))) {
    try {
      for (const { name } of (await client.call('status', { job, env })).instances) instances.set(job, name);
    } catch (error) {
      // It has no such instance, or there is no job of a broken file.
      if (!(error instanceof UpstartError)) throw error;
    }
  }
  return rows.filter(({ job, instance }) => instances.get(job) === instance);
}
