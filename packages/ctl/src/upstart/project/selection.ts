/** Which jobs of a project the words of a command line mean, and the order in which they depend on each other. */
import { type Condition, globMatches, mentionsEvent, nearest } from '@upstart/common';
import { jobsOf } from '@upstart/job-language';
import type { Project } from './project.ts';

/** Jobs by name: the jobs of the project that their starts wait for. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** A job and its `start on`. */
interface Starting {
  readonly name: string;
  readonly startOn: Condition | null;
}

export function dependenciesOf(jobs: readonly Starting[]): Dependencies {
  const names = new Set(jobs.map(({ name }) => name));
  return new Map(jobs.map(({ name, startOn }) => [name, jobsOf(startOn).filter((other) => names.has(other))]));
}

/** The jobs that the words name: by name, pattern, or group. Throws for a word that names none. */
export function namedJobs(words: readonly string[], { jobs, translation: { groups } }: Project): string[] {
  const names = jobs.map(({ name }) => name);
  const found = words.flatMap((word) => {
    const own = names.filter((name) => name === word);
    const all = own.length > 0 ? own : [...names.filter((name) => globMatches(word, name)), ...(groups[word] ?? [])];
    if (all.length > 0) return all;
    const meant = nearest(word, [...names, ...Object.keys(groups)]);
    throw new Error(`no job or group ${word}${meant === null ? '' : `; did you mean ${meant}?`}`);
  });
  return [...new Set(found)];
}

/** The jobs and all that their starts wait for. */
export function withDependencies(named: readonly string[], dependencies: Dependencies): string[] {
  const all = new Set(named);
  for (const name of all) for (const other of dependencies.get(name) ?? []) all.add(other);
  return [...all];
}

/**
 * The jobs in steps: each job stands in a later step than all that its start waits for. Jobs that wait for each other in
 * a circle stand in one step.
 */
export function inSteps(names: readonly string[], dependencies: Dependencies): string[][] {
  const left = new Set(names);
  const steps: string[][] = [];
  while (left.size > 0) {
    const free = [...left].filter(
      (name) => !(dependencies.get(name) ?? []).some((other) => other !== name && left.has(other)),
    );
    const step = free.length > 0 ? free : [...left];
    for (const name of step) left.delete(name);
    steps.push(step);
  }
  return steps;
}

/** The jobs that have a condition; the rest is started by name only. */
export function startingJobs({ jobs }: Project): string[] {
  return jobs.filter(({ startOn }) => startOn !== null).map(({ name }) => name);
}

/** Whether a job starts with the session, directly or after other jobs. */
export function startsByItself({ startOn, name }: Starting, dependencies: Dependencies): boolean {
  if (startOn === null) return false;
  return mentionsEvent(startOn, 'startup') || (dependencies.get(name) ?? []).length > 0;
}
