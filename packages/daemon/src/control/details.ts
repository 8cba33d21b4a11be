/** The details of jobs for clients: the engine's facts, and the memory and processor time of the processes. */
import type { BrokenFile } from '@upstart/common';
import { CgroupError } from '../cgroups/cgroup-error.ts';
import { groupUsage } from '../cgroups/group-files.ts';
import { findBase } from '../cgroups/hierarchy.ts';
import { detailsFor, type UsageOf } from '../engine/explain/details.ts';
import { question } from '../engine/explain/question.ts';
import { processesOf } from '../engine/model/state.ts';
import { jobCgroup } from '../engine/processes/cgroups.ts';
import type { Details } from '../engine/requests/queries.ts';
import { monotonicNow } from '../time/clock.ts';
import type { ControlContext } from './context.ts';

/** Reads the facts about all processes. */
export async function lookAtDetails(
  control: ControlContext,
  broken: readonly BrokenFile[],
  privileged: boolean,
): Promise<Details> {
  const usageOf = await usage(control);
  return detailsFor(question(control.runner.engine.context, monotonicNow(), privileged), broken, usageOf);
}

const UNKNOWN = { memoryBytes: null, cpuMs: null };

async function usage({ runner, usage, initPid }: ControlContext): Promise<UsageOf> {
  const { context, state } = runner.engine;
  const tree = await usage.look();
  const base = state.settings.jobCgroups ? groupBase(initPid) : null;
  return (instance) => {
    const { name } = context.classOf(instance).definition;
    const group = base === null ? null : groupUsage(`${base}/${jobCgroup(state.settings, name, instance.name)}`);
    const pids = [...processesOf(instance)].map(([, { pid }]) => pid).filter((pid) => pid > 0);
    return group ?? tree?.usageOf(pids) ?? UNKNOWN;
  };
}

/** The folder with the control groups of jobs; null: there is none here. */
function groupBase(pid: number): string | null {
  try {
    return findBase(null, { pid });
  } catch (error) {
    if (!(error instanceof CgroupError)) throw error;
    return null;
  }
}
