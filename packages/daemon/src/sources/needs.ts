/** Which sources of events jobs need, and which of them jobs run themselves. */
import { type Condition, conditionEvents } from '@upstart/common';
import { type JobDefinition, type SourceName, sourceOf, sourceOfJob } from '@upstart/job-language';

export interface Needs {
  /** The jobs that need each source, in the order of the jobs. */
  readonly jobs: ReadonlyMap<SourceName, readonly string[]>;
  /** The job that runs a source, as Ubuntu's bridge jobs do. */
  readonly providers: ReadonlyMap<SourceName, string>;
}

export function needsOf(definitions: Iterable<JobDefinition>): Needs {
  const jobs = new Map<SourceName, string[]>();
  const providers = new Map<SourceName, string>();
  for (const { name, startOn, stopOn, restartOn, reloadOn } of definitions) {
    const provided = sourceOfJob(name);
    if (provided !== null) providers.set(provided, name);
    const sources = new Set([startOn, stopOn, restartOn, reloadOn].flatMap(sourcesIn));
    for (const source of sources) {
      const others = jobs.get(source);
      if (others) others.push(name);
      else jobs.set(source, [name]);
    }
  }
  return { jobs, providers };
}

function sourcesIn(condition: Condition | null | undefined): SourceName[] {
  if (!condition) return [];
  return [...conditionEvents(condition)].map(({ name }) => sourceOf(name)).filter((source) => source !== null);
}
