/** For tests: definitions of jobs in a form in which the same jobs are equal. */
import type { Condition } from '@upstart/common';
import { type JobDefinition, parseJob } from '@upstart/job-language';
import { alternativesOf, leafText } from '../alternatives.ts';

/** Sorted by name. */
export function definitionsOf(jobs: Readonly<Record<string, string>>): JobDefinition[] {
  return Object.entries(jobs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => parseJob(text, { name, path: `/etc/init/${name}.conf` }));
}

/** Without what has no effect: the order of alternatives and of lists, and settings that nothing asks for. */
export function comparable(job: JobDefinition): Record<string, unknown> {
  const isAwaited = job.expect === 'notify';
  const { main } = job.processes;
  return {
    ...job,
    startOn: alternatives(job.startOn),
    stopOn: alternatives(job.stopOn),
    normalExit: [...new Set(job.normalExit)].sort((a, b) => a - b),
    limits: [...job.limits].sort((a, b) => (a.resource < b.resource ? -1 : 1)),
    env: job.env.filter((each) => !each.startsWith('UPSTART_JOB=')),
    readyTimeoutMs: isAwaited ? job.readyTimeoutMs : null,
    ...(!job.respawn && { respawnLimit: null, respawnIntervalS: null, respawnDelayMs: null, respawnMaxDelayMs: null }),
    ...(main === undefined && { killTimeoutS: null }),
  };
}

function alternatives(condition: Condition | null): string[] | null {
  if (condition === null) return null;
  return (alternativesOf(condition) ?? []).map((leaves) => leaves.map(leafText).sort().join(' and ')).sort();
}
