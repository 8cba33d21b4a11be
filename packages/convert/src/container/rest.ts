/** Stanzas that no container takes, with the reason. */
import type { JobDefinition } from '@upstart/job-language';
import type { Report } from '../report-builder.ts';

interface Row {
  readonly stanza: string;
  readonly why: string;
  has(job: JobDefinition): boolean;
}

export const NOT_IN_CONTAINERS: readonly Row[] = [
  { stanza: 'instance', why: 'a service has replicas without names', has: ({ instance }) => instance !== '' },
  {
    stanza: 'expect fork, daemon, stop',
    why: 'the main process of a container stays: start it in the foreground',
    has: ({ expect }) => ['fork', 'daemon', 'stop'].includes(expect),
  },
  {
    stanza: 'expect notify, fd',
    why: 'nobody listens; use probes',
    has: ({ expect }) => ['notify', 'fd'].includes(expect),
  },
  { stanza: 'watchdog', why: 'nobody listens; use probes', has: ({ watchdogMs }) => watchdogMs > 0 },
  {
    stanza: 'post-stop',
    why: 'nothing runs behind a container',
    has: ({ processes }) => processes['post-stop'] !== undefined,
  },
  {
    stanza: 'apparmor',
    why: 'profiles belong to the machine',
    has: ({ processes, apparmorSwitch }) => processes.security !== undefined || apparmorSwitch !== null,
  },
  { stanza: 'cgroup', why: 'set limits of the container', has: ({ cgroups }) => cgroups.length > 0 },
  {
    stanza: 'cluster one, at most',
    why: 'an orchestrator has leases, or one replica',
    has: ({ cluster }) => cluster !== null,
  },
  { stanza: 'umask', why: 'no such setting', has: ({ umask }) => umask !== null },
  { stanza: 'nice', why: 'no such setting', has: ({ nice }) => nice !== null },
  { stanza: 'chroot', why: 'the container has its root', has: ({ chroot }) => chroot !== null },
  {
    stanza: 'normal exit',
    why: 'statuses are zero or failures',
    has: ({ normalExit, respawn }) => (respawn ? normalExit.some((status) => status !== 0) : normalExit.length > 0),
  },
  {
    stanza: 'restart on, reload on',
    why: 'nothing tells a container of events',
    has: ({ restartOn, reloadOn }) => restartOn !== null || reloadOn !== null,
  },
  { stanza: 'reload signal', why: 'nothing reloads a container', has: ({ reloadSignal }) => reloadSignal !== 1 },
  {
    stanza: 'ready log, after, unix',
    why: 'no such probe',
    has: ({ ready, readyAfterMs }) => readyAfterMs > 0 || ready.some(({ kind }) => kind === 'log' || kind === 'unix'),
  },
  { stanza: 'check unix', why: 'no such probe', has: ({ check }) => check.some(({ kind }) => kind === 'unix') },
  {
    stanza: 'console',
    why: 'output goes to the log of the container',
    has: ({ console }) => console !== null && console !== 'log',
  },
  {
    stanza: 'log to, log label',
    why: 'what runs the container collects its output',
    has: ({ logTo, logLabels }) => logTo.length > 0 || logLabels.length > 0,
  },
  { stanza: 'export', why: 'there are no events', has: (job) => job.export.length > 0 },
];

export function reportRest(job: JobDefinition, report: Report): void {
  for (const { stanza, why, has } of NOT_IN_CONTAINERS) if (has(job)) report.refused(`${job.name}: ${stanza}`, why);
}
