/** `start on` for containers: what a job depends on, and whether anything starts it. */
import type { JobDefinition } from '@upstart/job-language';
import { alternativesOf, type EventLeaf, jobArguments, leafText, namedArguments } from '../alternatives.ts';
import type { Report } from '../report-builder.ts';

export interface Starts {
  /** Jobs that have to run before it. */
  readonly after: readonly string[];
  /** Jobs that have to end well before it. */
  readonly ended: readonly string[];
  /** Operands of timers and sockets. */
  readonly timers: readonly EventLeaf[];
  readonly sockets: readonly EventLeaf[];
  /** Whether something starts it by itself. */
  readonly isAutomatic: boolean;
}

/** Events that a set of containers begins with. */
const BEGINNINGS = [
  'startup',
  'runlevel',
  'filesystem',
  'local-filesystems',
  'static-network-up',
  'net-device-up',
  'virtual-filesystems',
  'remote-filesystems',
];
/** What ends every container. */
const ENDS = ['runlevel', 'session-end', 'unmounted-remote-filesystems', 'deconfiguring-networking'];

/** `jobs`: the names of those that are exported as well. */
export function startsOf(job: JobDefinition, jobs: ReadonlySet<string>, report: Report): Starts {
  const place = `${job.name}: start on`;
  const starts = {
    after: [] as string[],
    ended: [] as string[],
    timers: [] as EventLeaf[],
    sockets: [] as EventLeaf[],
  };
  const alternatives = job.startOn === null ? [] : alternativesOf(job.startOn);
  if (alternatives === null) report.refused(place, 'the condition has too many alternatives');
  if (alternatives !== null && alternatives.length > 1)
    report.approximated(place, 'alternatives: it starts at once, or behind all of the jobs that they name');
  for (const leaf of (alternatives ?? []).flat()) {
    const text = leafText(leaf);
    const { job: other, others } = jobArguments(leaf);
    const isKnown = other !== null && jobs.has(other);
    if (leaf.name === 'started' && isKnown && others.length === 0) {
      starts.after.push(other);
      report.exact(place, text);
    } else if (leaf.name === 'stopped' && isKnown && others.join(' ') === 'RESULT=ok') {
      starts.ended.push(other);
      report.exact(place, text);
    } else if (leaf.name === 'timer') starts.timers.push(leaf);
    else if (leaf.name === 'socket' && namedArguments(leaf).has('PORT')) starts.sockets.push(leaf);
    else if (BEGINNINGS.includes(leaf.name)) {
      if (text === 'startup' || text === 'runlevel [2345]') report.exact(place, `${text}: when everything starts`);
      else report.approximated(place, `${text}: when everything starts`);
    } else report.refused(place, `${text}: nothing tells a container of this event`);
  }
  reportStop(job, report);
  const { after, ended, timers, sockets } = starts;
  return { after: [...new Set(after)], ended: [...new Set(ended)], timers, sockets, isAutomatic: job.startOn !== null };
}

function reportStop(job: JobDefinition, report: Report): void {
  if (job.stopOn === null) return;
  const place = `${job.name}: stop on`;
  for (const leaves of alternativesOf(job.stopOn) ?? []) {
    const text = leaves.map(leafText).join(' and ');
    if (leaves.length === 1 && ENDS.includes(leaves[0]?.name ?? ''))
      report.exact(place, `${text}: when everything stops`);
    else report.refused(place, `${text}: nothing stops a container on this event`);
  }
}
