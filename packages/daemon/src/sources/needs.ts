/** Which sources of events jobs need, and which of them jobs run themselves. */
import type { Condition } from '@upstart/common';
import { type JobDefinition, type SourceName, sourceOf, sourceOfJob } from '@upstart/job-language';

export interface Needs {
  /** The jobs that need each source, in the order of the jobs. */
  readonly jobs: ReadonlyMap<SourceName, readonly string[]>;
  /** The job that runs a source, as Ubuntu's bridge jobs do. */
  readonly providers: ReadonlyMap<SourceName, string>;
  /** Sources that run without a job: what the machine's settings ask for. */
  readonly always: ReadonlySet<SourceName>;
}

const NONE: ReadonlySet<SourceName> = new Set();

export function needsOf(definitions: Iterable<JobDefinition>, always = NONE): Needs {
  const jobs = new Map<SourceName, string[]>();
  const providers = new Map<SourceName, string>();
  for (const { name, startOn, stopOn, restartOn, reloadOn, emitsCluster, cluster } of definitions) {
    const provided = sourceOfJob(name);
    if (provided !== null) providers.set(provided, name);
    const sources = new Set<SourceName>();
    for (const condition of [startOn, stopOn, restartOn, reloadOn]) if (condition) addSources(condition, sources);
    if (emitsCluster.length > 0 || cluster) sources.add('cluster');
    for (const source of sources) {
      const others = jobs.get(source);
      if (others) others.push(name);
      else jobs.set(source, [name]);
    }
  }
  return { jobs, providers, always };
}

function addSources(condition: Condition, sources: Set<SourceName>): void {
  if (condition.op !== 'event') {
    addSources(condition.left, sources);
    addSources(condition.right, sources);
    return;
  }
  const source = sourceOf(condition.name);
  if (source !== null) sources.add(source);
}
