/** The numbers of init and its jobs, from what init answers, and from files that the caller may read. */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nameOfLog, partsOf } from '@upstart/log-reader';
import {
  HEALTHS,
  type InitNumbers,
  type InstanceStatus,
  type JobStatus,
  type LogTargetStatus,
  STATES,
  type UpstartClient,
} from '@upstart/protocol';
import { type InProc, inProc } from './in-proc.ts';
import type { Family, Sample } from './text.ts';

type Labels = Readonly<Record<string, string>>;

interface Job extends InstanceStatus {
  readonly job: string;
  readonly labels: Labels;
}

/** All families. `stateFolder`: where init keeps its journal. */
export async function collect(client: UpstartClient, stateFolder: string): Promise<Family[]> {
  const [version, jobs, broken, history, targets, numbers, leases] = await Promise.all([
    client.call('version', {}),
    client.call('list', { details: true }),
    client.call('brokenFiles', {}),
    // The number of the last entry: it counts over restarts of init. Only for those who may read the history.
    client.call('history', { job: null, sinceMs: 0, after: null, limit: 1 }).catch(() => null),
    // An init from before an upgrade has none.
    client.call('logTargets', {}).catch(() => []),
    client.call('numbers', {}).catch(() => null),
    client.call('leases', {}).catch(() => []),
  ]);
  const [one] = jobs;
  // An init with --no-log has none.
  const first = one ? await client.call('logPath', { job: one.job, instance: '' }).catch(() => null) : null;
  const instances = jobs.flatMap(({ job, instances }): Job[] =>
    instances.map((instance) => ({ ...instance, job, labels: { job, instance: instance.name } })),
  );
  return [
    gauge('upstart_init_info', 'The init that runs, 1.', [{ labels: { version }, value: 1 }]),
    gauge('upstart_jobs', 'Jobs by their health, the worst of their instances.', byHealth(jobs)),
    gauge('upstart_instances', 'Instances by their state.', byState(instances)),
    gauge('upstart_broken_files', 'Job files with an error.', [{ labels: {}, value: broken.length }]),
    gauge('upstart_job_failed', 'Jobs that have failed, flap or are unhealthy, 1, with the reason.', failures(jobs)),
    ...ofInstances(instances),
    ...ofProcesses(instances),
    ...ofLogs(jobs, instances, first?.replace(/[^/]*$/, '') ?? null),
    ...(numbers === null ? [] : ofInit(numbers)),
    ...ofTargets(targets),
    gauge('upstart_job_lease_held', 'Whether the instance has the lease that it needs.', [
      ...leases.map(({ job, instance, name, state }) => ({
        labels: { job, instance, lease: name },
        value: Number(state === 'held'),
      })),
    ]),
    counter('upstart_history_entries_total', 'Things that have happened: goals, states, processes, events.', [
      ...(history === null ? [] : [{ labels: {}, value: history.upTo }]),
    ]),
    gauge('upstart_state_bytes', 'Size of the journal and the snapshots of init.', sizeOf(stateFolder)),
  ];
}

const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  type: 'gauge',
  help,
  samples,
});
const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  ...{ name, type: 'counter', help, samples },
});

function byHealth(jobs: readonly JobStatus[]): Sample[] {
  return HEALTHS.map((health) => ({
    labels: { health },
    value: jobs.filter((job) => (job.health ?? 'well') === health).length,
  }));
}

function byState(instances: readonly InstanceStatus[]): Sample[] {
  return STATES.filter((state) => state !== 'waiting').map((state) => ({
    labels: { state },
    value: instances.filter((instance) => instance.state === state).length,
  }));
}

const FAILED: ReadonlySet<string> = new Set(['failed', 'flapping', 'unhealthy']);

/** The reason has few values, so that a series does not end with each failure: pids and times are left out. */
function failures(jobs: readonly JobStatus[]): Sample[] {
  return jobs.flatMap(({ job, health, instances, last }) => {
    if (health === undefined || !FAILED.has(health)) return [];
    const exit = instances.find(({ lastExit }) => lastExit != null)?.lastExit ?? last?.exit ?? null;
    const reason =
      exit === null ? 'unknown' : exit.exitStatus === null ? `signal ${exit.exitSignal}` : `exit ${exit.exitStatus}`;
    return [{ labels: { job, health, reason }, value: 1 }];
  });
}

/** A sample of each instance that has the value. */
function each(instances: readonly Job[], value: (instance: Job) => number | null | undefined): Sample[] {
  return instances.flatMap((instance) => {
    const number = value(instance);
    return number == null ? [] : [{ labels: instance.labels, value: number }];
  });
}

function ofInstances(instances: readonly Job[]): Family[] {
  const checks = instances.flatMap(({ labels, checks = [] }) => checks.map((check) => ({ ...check, labels })));
  return [
    gauge('upstart_job_up', 'Whether the instance is start/running.', [
      ...each(instances, ({ goal, state }) => Number(goal === 'start' && state === 'running')),
    ]),
    gauge('upstart_job_state_since_timestamp_seconds', 'When it entered its state.', [
      ...each(instances, ({ since }) => (since == null ? null : since / 1000)),
    ]),
    gauge('upstart_job_ready_time_seconds', 'How long its last start took until it was ready.', [
      ...each(instances, ({ readyMs }) => (readyMs === undefined ? null : readyMs / 1000)),
    ]),
    gauge(
      'upstart_job_respawns',
      'Respawns of this run.',
      each(instances, ({ respawns }) => respawns),
    ),
    gauge(
      'upstart_job_memory_bytes',
      'Memory of all its processes.',
      each(instances, ({ memoryBytes }) => memoryBytes),
    ),
    counter('upstart_job_cpu_seconds_total', 'Processor time of its processes.', [
      ...each(instances, ({ cpuMs }) => (cpuMs == null ? null : cpuMs / 1000)),
    ]),
    gauge('upstart_job_check_healthy', 'Whether the check succeeds, as far as that is known.', [
      ...checks.flatMap(({ check, healthy, labels }) =>
        healthy === null ? [] : [{ labels: { ...labels, check }, value: Number(healthy) }],
      ),
    ]),
    gauge('upstart_job_check_failures', 'Failures of the check in a row.', [
      ...checks.map(({ check, failures, labels }) => ({ labels: { ...labels, check }, value: failures })),
    ]),
  ];
}

/** Of the processes that init supervises, if the caller may look at them. */
function ofProcesses(instances: readonly Job[]): Family[] {
  const found = new Map(instances.map((instance) => [instance, inProc(instance.processes.map(({ pid }) => pid))]));
  const samples = (field: keyof InProc): Sample[] => each(instances, (instance) => found.get(instance)?.[field]);
  return [
    gauge('upstart_job_open_fds', 'Open file descriptors of its supervised processes.', samples('fds')),
    counter(
      'upstart_job_read_bytes_total',
      'What its supervised processes have read from disks.',
      samples('readBytes'),
    ),
    counter(
      'upstart_job_written_bytes_total',
      'What its supervised processes have written to disks.',
      samples('writtenBytes'),
    ),
  ];
}

function ofLogs(jobs: readonly JobStatus[], instances: readonly Job[], folder: string | null): Family[] {
  const all = [
    ...jobs.filter(({ instances }) => instances.length === 0).map(({ job }) => ({ labels: { job, instance: '' } })),
    ...instances,
  ];
  const files = all.map(({ labels }) => {
    const label = nameOfLog(labels.job ?? '', labels.instance ?? '');
    return { label, path: join(folder ?? '', `${label}.log`) };
  });
  const parts = folder === null ? new Map() : partsOf(files);
  return [
    gauge('upstart_job_log_bytes', 'Size of its log, with old files.', [
      ...all.flatMap(({ labels }, at) => {
        const found = parts.get(files[at]) ?? [];
        const value = found.reduce((sum: number, { size }: { size: number }) => sum + size, 0);
        return found.length === 0 ? [] : [{ labels, value }];
      }),
    ]),
    gauge('upstart_job_log_dropped_bytes', 'Output that was dropped since its log cannot be written.', [
      ...each(instances, ({ logTrouble }) => logTrouble?.dropped ?? 0),
    ]),
  ];
}

function ofInit({ finishedEvents, pendingEvents, daemonStarts }: InitNumbers): Family[] {
  const one = (value: number): Sample[] => [{ labels: {}, value }];
  return [
    counter('upstart_events_total', 'Events that have finished since the daemon was started.', one(finishedEvents)),
    gauge('upstart_events_pending', 'Events that have not finished.', one(pendingEvents)),
    counter('upstart_daemon_starts_total', 'Daemons that this init has had.', one(daemonStarts)),
  ];
}

function ofTargets(targets: readonly LogTargetStatus[]): Family[] {
  const samples = (value: (target: LogTargetStatus) => number): Sample[] =>
    targets.map((target) => ({ labels: { target: target.name }, value: value(target) }));
  return [
    gauge('upstart_log_target_up', 'Whether the target of logs takes what is sent.', [
      ...samples(({ state }) => Number(state === 'running')),
    ]),
    counter('upstart_log_target_sent_lines_total', 'Lines that the target has taken.', [
      ...samples(({ sentLines }) => sentLines),
    ]),
    counter('upstart_log_target_dropped_bytes_total', 'Output that will never be sent there.', [
      ...samples(({ droppedBytes }) => droppedBytes),
    ]),
    counter('upstart_log_target_failures_total', 'Attempts to send that have failed.', [
      ...samples(({ failures }) => failures),
    ]),
    gauge('upstart_log_target_backlog_bytes', 'Output that waits while the target takes nothing.', [
      ...samples(({ backlogBytes }) => backlogBytes),
    ]),
  ];
}

function sizeOf(folder: string): Sample[] {
  try {
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    return [{ labels: {}, value: sizes.reduce((sum, size) => sum + size, 0) }];
  } catch {
    return [];
  }
}
