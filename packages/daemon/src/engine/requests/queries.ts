/**
 * Questions that change nothing: answered from the state as it is.
 */

import { SLOTS } from '@upstart/common';
import {
  type InstanceDetails,
  type InstanceStatus,
  type JobConfig,
  type JobDetails,
  type JobStatus,
  type ProcessStatus,
  upstartError,
} from '@upstart/protocol';
import type { Context } from '../model/context.ts';
import type { TargetSpec } from '../model/messages.ts';
import { type ClassState, type InstanceState, processesOf } from '../model/state.ts';
import { instanceLogTrouble } from '../processes/log-troubles.ts';
import { logPath } from '../processes/spawn-spec.ts';
import { jobConfig } from './job-config.ts';
import { findClass, locate } from './locate.ts';

/** Adds the details that only some clients ask for. */
export interface Details {
  ofJob(jobClass: ClassState, instances: readonly InstanceStatus[]): JobDetails;
  ofInstance(instance: InstanceState): InstanceDetails;
}

/** All jobs, or with `job` that one, if there is one of that name. */
export function listJobs(context: Context, job: string | null = null, details: Details | null = null): JobStatus[] {
  return [...eachJob(context, job, details)];
}

/** The same one after another: what was read of one is garbage before the next one. */
export function* eachJob(context: Context, job: string | null, details: Details | null): Generator<JobStatus> {
  const { classes } = context.state;
  for (const jobClass of job === null ? classes.values() : [classes.get(job) ?? []].flat()) {
    const instances = [...jobClass.instances.values()].map((id) => context.instance(id) as InstanceState);
    yield classStatus(context, jobClass, instances, details);
  }
}

/** Throws UpstartError; a stopped job that was asked for without arguments is no error. */
export function jobStatus(context: Context, target: TargetSpec, details: Details | null = null): JobStatus {
  const { name, instance } = locate(context, target);
  if (!instance && ('instance' in target || target.env.length > 0)) throw upstartError('unknown-instance', name);
  return classStatus(context, findClass(context, target.job), instance ? [instance] : [], details);
}

function classStatus(
  context: Context,
  jobClass: ClassState,
  instances: readonly InstanceState[],
  details: Details | null,
): JobStatus {
  const statuses = instances.map((instance) => {
    const status = instanceStatus(context, instance);
    return details === null ? status : Object.assign(status, details.ofInstance(instance));
  });
  const status: JobStatus = { job: jobClass.definition.name, instances: statuses };
  return details === null ? status : Object.assign(status, details.ofJob(jobClass, statuses));
}

function instanceStatus(context: Context, instance: InstanceState): InstanceStatus {
  const { name, goal, state, processes } = instance;
  const alive: ProcessStatus[] = [];
  for (const slot of SLOTS) {
    const pid = processes[slot]?.pid ?? 0;
    if (pid !== 0) alive.push({ slot, pid });
  }
  const logTrouble = instanceLogTrouble(context, instance);
  const status: InstanceStatus = { name, goal, state, processes: alive, logTrouble };
  const says = instance.notify?.status;
  if (says !== undefined) status.says = says;
  return status;
}

/**
 * Whether spawns have settled, since they take a moment: for one job, the programs run; for all jobs (null), the pids are known, because
 * some program may always be about to run. A process that waits for the next attempt to fork delays no client.
 */
export function isSettled(context: Context, job: string | null): boolean {
  const classes = job === null ? context.state.classes.values() : [context.state.classes.get(job)];
  for (const jobClass of classes) {
    for (const id of jobClass?.instances.values() ?? []) {
      const { processes } = context.instance(id) as InstanceState;
      for (const { phase } of Object.values(processes)) {
        if (phase === 'asked' || phase === 'resolving' || (phase === 'started' && job !== null)) return false;
      }
    }
  }
  return true;
}

/** Throws UpstartError. */
export function jobConfigs(context: Context, job: string | null): JobConfig[] {
  const classes = job === null ? [...context.state.classes.values()] : [findClass(context, job)];
  return classes.map(({ definition }) => jobConfig(definition));
}

/** The log file of an instance. Throws UpstartError. */
export function instanceLogPath(context: Context, target: TargetSpec): string {
  const { name } = locate(context, target);
  const { logDir } = context.state.settings;
  if (logDir === null) throw upstartError('bad-request', 'this init writes no job logs (--no-log)');
  return logPath(logDir, target.job, name);
}

/** The pids of all processes that are supervised. */
export function supervisedPids({ state }: Context): Set<number> {
  const pids = new Set<number>();
  for (const instance of state.instances.values()) for (const [, { pid }] of processesOf(instance)) pids.add(pid);
  for (const { pid } of state.probeProcesses?.values() ?? []) pids.add(pid);
  return pids;
}
