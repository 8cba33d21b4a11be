/** Which targets there are, and which jobs send their output to each. Pure. */
import { type NamedLogTarget, namedLogTarget, targetNamesOf, targetOfText } from '@upstart/job-language';
import type { JobConfig } from '@upstart/protocol';

/** A target, by its name or by what jobs call it. */
export type Plan = ReadonlyMap<string, PlannedTarget>;

export interface PlannedTarget {
  readonly name: string;
  /** null: upstart.conf has no target of this name. */
  readonly target: NamedLogTarget | null;
  /** The jobs, with the labels of their lines. */
  readonly jobs: ReadonlyMap<string, readonly string[]>;
}

type JobTargets = Pick<JobConfig, 'job' | 'logTo' | 'logLabels'>;

/** `given`: the targets of upstart.conf, as that has them. */
export function planOf(given: readonly string[], configs: readonly JobTargets[]): Plan {
  const named = given.map(namedLogTarget).filter((target) => typeof target !== 'string');
  const plan = new Map(named.map((target) => [target.name, { name: target.name, target, jobs: new Map() }]));
  const planned = new Map<string, { name: string; target: NamedLogTarget | null; jobs: Map<string, string[]> }>(plan);
  for (const { job, logTo = [], logLabels = [] } of configs) {
    for (const name of targetNamesOf(job, logTo, named)) {
      const one = planned.get(name) ?? { name, target: unnamed(name), jobs: new Map<string, string[]>() };
      planned.set(name, one);
      one.jobs.set(job, merged([...(one.target?.labels ?? []), ...logLabels]));
    }
  }
  return planned;
}

/** A target that only jobs name, with the settings that those of upstart.conf have by default. */
function unnamed(text: string): NamedLogTarget | null {
  const target = targetOfText(text);
  const complete = target === null ? '' : namedLogTarget(`jobs ${target.kind} ${target.location}`);
  return typeof complete === 'string' ? null : complete;
}

/** Of one key the last label: that of the job. */
function merged(labels: readonly string[]): string[] {
  return [...new Map(labels.map((label) => [label.slice(0, label.indexOf('=')), label])).values()];
}
