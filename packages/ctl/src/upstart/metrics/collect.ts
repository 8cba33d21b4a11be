/** The numbers of init and its jobs, from what init answers, and from files that the caller may read. */

import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nameOfLog, partsOf } from '@upstart/log-reader';
import {
  HEALTHS,
  type InitNumbers,
  type JobNumbers,
  type LogTargetStatus,
  numbersOf,
  STATES,
  type UpstartClient,
} from '@upstart/protocol';
import { counter, gauge, inUnitsOf, rows, single } from './family.ts';
import { inProc } from './in-proc.ts';
import type { Family, Labels, Samples } from './text.ts';

/** All families. `stateFolder`: where init keeps its journal. */
export async function collect(client: UpstartClient, stateFolder: string): Promise<Family[]> {
  const [version, jobs, broken, history, targets, numbers, leases] = await Promise.all([
    client.call('version', {}),
    jobNumbers(client),
    client.call('brokenFiles', {}),
    // The number of the last entry: it counts over restarts of init. Only for those who may read the history.
    client.call('history', { job: null, sinceMs: 0, after: null, limit: 1 }).catch(() => null),
    // An init from before an upgrade has none.
    client.call('logTargets', {}).catch(() => []),
    client.call('numbers', {}).catch(() => null),
    client.call('leases', {}).catch(() => []),
  ]);
  const [one] = jobs.jobs;
  // An init with --no-log has none.
  const first = one === undefined ? null : await client.call('logPath', { job: one, instance: '' }).catch(() => null);
  const { job, name } = jobs.instances;
  const labels = name.map((instance, at): Labels => ({ job: jobs.jobs[job[at] as number] as string, instance }));
  return [
    gauge('upstart_init_info', 'The init that runs, 1.', rows([[{ version }, 1]])),
    gauge('upstart_jobs', 'Jobs by their health, the worst of their instances.', byHealth(jobs)),
    gauge('upstart_instances', 'Instances by their state.', byState(jobs)),
    gauge('upstart_broken_files', 'Job files with an error.', single(broken.length)),
    gauge('upstart_job_failed', 'Jobs that have failed, flap or are unhealthy, 1, with the reason.', failures(jobs)),
    ...ofInstances(jobs, labels),
    ...ofProcesses(jobs, labels),
    ...ofLogs(jobs, labels, first === null ? null : dirname(first)),
    ...(numbers === null ? [] : ofInit(numbers)),
    ...ofTargets(targets),
    gauge(
      'upstart_job_lease_held',
      'Whether the instance has the lease that it needs.',
      rows(leases.map(({ job, instance, name, state }) => [{ job, instance, lease: name }, Number(state === 'held')])),
    ),
    counter(
      'upstart_history_entries_total',
      'Things that have happened: goals, states, processes, events.',
      history === null ? rows([]) : single(history.upTo),
    ),
    gauge('upstart_state_bytes', 'Size of the journal and the snapshots of init.', sizeOf(stateFolder)),
  ];
}

/** An init from before an upgrade lists its jobs. */
async function jobNumbers(client: UpstartClient): Promise<JobNumbers> {
  const numbers = await client.call('jobNumbers', {}).catch(() => null);
  return numbers ?? numbersOf(await client.call('list', { details: true }));
}

function byHealth({ healths }: JobNumbers): Samples {
  return rows(HEALTHS.map((health) => [{ health }, healths[health] ?? 0]));
}

function byState({ states }: JobNumbers): Samples {
  return rows(STATES.filter((state) => state !== 'waiting').map((state) => [{ state }, states[state] ?? 0]));
}

/** The reason has few values, so that a series does not end with each failure: pids and times are left out. */
function failures({ failures }: JobNumbers): Samples {
  return rows(
    failures.map(({ job, health, exit }) => {
      const reason =
        exit === null ? 'unknown' : exit.exitStatus === null ? `signal ${exit.exitSignal}` : `exit ${exit.exitStatus}`;
      return [{ job, health, reason }, 1];
    }),
  );
}

function ofInstances({ instances, checks }: JobNumbers, labels: readonly Labels[]): Family[] {
  const { isUp, since, readyMs, respawns, memoryBytes, cpuMs } = instances;
  const checked = checks.map(({ instance, check }): Labels => ({ ...labels[instance], check }));
  const each = (values: Samples['values']): Samples => ({ labels, values });
  return [
    gauge('upstart_job_up', 'Whether the instance is start/running.', each(isUp.map(Number))),
    gauge('upstart_job_state_since_timestamp_seconds', 'When it entered its state.', each(inUnitsOf(1000, since))),
    gauge(
      'upstart_job_ready_time_seconds',
      'How long its last start took until it was ready.',
      each(inUnitsOf(1000, readyMs)),
    ),
    gauge('upstart_job_respawns', 'Respawns of this run.', each(respawns)),
    gauge('upstart_job_memory_bytes', 'Memory of all its processes.', each(memoryBytes)),
    counter('upstart_job_cpu_seconds_total', 'Processor time of its processes.', each(inUnitsOf(1000, cpuMs))),
    gauge('upstart_job_check_healthy', 'Whether the check succeeds, as far as that is known.', {
      ...{ labels: checked, values: checks.map(({ healthy }) => (healthy === null ? null : Number(healthy))) },
    }),
    gauge('upstart_job_check_failures', 'Failures of the check in a row.', {
      ...{ labels: checked, values: checks.map(({ failures }) => failures) },
    }),
  ];
}

/** Of the processes that init supervises, if the caller may look at them. */
function ofProcesses({ processes }: JobNumbers, labels: readonly Labels[]): Family[] {
  const { fds, readBytes, writtenBytes } = inProc(processes, labels.length);
  const each = (values: Samples['values']): Samples => ({ labels, values });
  return [
    gauge('upstart_job_open_fds', 'Open file descriptors of its supervised processes.', each(fds)),
    counter('upstart_job_read_bytes_total', 'What its supervised processes have read from disks.', each(readBytes)),
    counter(
      'upstart_job_written_bytes_total',
      'What its supervised processes have written to disks.',
      each(writtenBytes),
    ),
  ];
}

function ofLogs({ jobs, instances }: JobNumbers, labels: readonly Labels[], folder: string | null): Family[] {
  const withInstances = new Set(instances.job);
  const all = [
    ...jobs.flatMap((job, at): Labels[] => (withInstances.has(at) ? [] : [{ job, instance: '' }])),
    ...labels,
  ];
  const files = all.map(({ job = '', instance = '' }) => {
    const label = nameOfLog(job, instance);
    return { label, path: `${folder ?? ''}/${label}.log` };
  });
  const parts = folder === null ? new Map() : partsOf(files);
  const values = files.map((file): number | null => {
    const found = parts.get(file) ?? [];
    return found.length === 0 ? null : found.reduce((sum: number, { size }: { size: number }) => sum + size, 0);
  });
  return [
    gauge('upstart_job_log_bytes', 'Size of its log, with old files.', { labels: all, values }),
    gauge('upstart_job_log_dropped_bytes', 'Output that was dropped since its log cannot be written.', {
      ...{ labels, values: instances.droppedBytes },
    }),
  ];
}

function ofInit({ finishedEvents, pendingEvents, daemonStarts }: InitNumbers): Family[] {
  return [
    counter('upstart_events_total', 'Events that have finished since the daemon was started.', single(finishedEvents)),
    gauge('upstart_events_pending', 'Events that have not finished.', single(pendingEvents)),
    counter('upstart_daemon_starts_total', 'Daemons that this init has had.', single(daemonStarts)),
  ];
}

function ofTargets(targets: readonly LogTargetStatus[]): Family[] {
  const labels = targets.map(({ name }): Labels => ({ target: name }));
  const samples = (value: (target: LogTargetStatus) => number): Samples => ({ labels, values: targets.map(value) });
  return [
    gauge(
      'upstart_log_target_up',
      'Whether the target of logs takes what is sent.',
      samples(({ state }) => Number(state === 'running')),
    ),
    counter(
      'upstart_log_target_sent_lines_total',
      'Lines that the target has taken.',
      samples(({ sentLines }) => sentLines),
    ),
    counter(
      'upstart_log_target_dropped_bytes_total',
      'Output that will never be sent there.',
      samples(({ droppedBytes }) => droppedBytes),
    ),
    counter(
      'upstart_log_target_failures_total',
      'Attempts to send that have failed.',
      samples(({ failures }) => failures),
    ),
    gauge(
      'upstart_log_target_backlog_bytes',
      'Output that waits while the target takes nothing.',
      samples(({ backlogBytes }) => backlogBytes),
    ),
  ];
}

function sizeOf(folder: string): Samples {
  try {
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    return single(sizes.reduce((sum, size) => sum + size, 0));
  } catch {
    return rows([]);
  }
}
