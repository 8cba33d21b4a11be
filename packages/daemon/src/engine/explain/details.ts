/** The health of jobs and instances, for lists. `explain.ts` has more on a single job. */
import { type BrokenFile, brokenFileText } from '@upstart/common';
import {
  HEALTHS,
  type InstanceDetails,
  type InstanceStatus,
  type JobDetails,
  type ProcessExit,
  type RespawnSeries,
} from '@upstart/protocol';
import type { ClassState, InstanceState } from '../model/state.ts';
import type { Details } from '../requests/queries.ts';
import { checksOf } from './checks.ts';
import { classHealth, filesByJob, instanceHealth, processExit, type Verdict } from './health.ts';
import type { Question } from './question.ts';
import { Waits } from './waits.ts';

export type UsageOf = (instance: InstanceState) => Pick<InstanceDetails, 'memoryBytes' | 'cpuMs'>;

/** The details for one client. `broken`: all files with errors; `usageOf`: memory and processor time of an instance's processes. */
export function detailsFor(asked: Question, broken: readonly BrokenFile[], usageOf: UsageOf): Details {
  const waits = new Waits(asked);
  const files = filesByJob(broken);
  return {
    ofInstance: (instance) => ({
      ...instanceHealth(asked, waits, instance),
      since: instance.since ?? null,
      ...(instance.readyTimeMs === undefined ? {} : { readyMs: instance.readyTimeMs }),
      respawns: instance.respawns,
      series: seriesOf(instance),
      checks: checksOf(asked, instance),
      lastExit: lastExitOf(asked, instance),
      ...usageOf(instance),
      ...postponedRestart(asked, instance),
    }),
    ofJob: (jobClass, instances) => ({
      ...jobHealth(asked, jobClass, instances, files.get(jobClass.definition.name)),
      last: lastRun(jobClass),
    }),
  };
}

function jobHealth(
  asked: Question,
  jobClass: ClassState,
  instances: readonly InstanceStatus[],
  files: readonly BrokenFile[] | undefined,
): Verdict {
  if (files) return { health: 'broken', why: files.map(brokenFileText).join('; ') };
  const own = classHealth(asked, jobClass);
  if (own.health !== 'well') return own;
  return {
    health: HEALTHS.find((health) => instances.some((instance) => instance.health === health)) ?? 'well',
    why: null,
  };
}

/** Its respawns without a long run between them, and the time of the next one. */
export function seriesOf({ series, pause }: InstanceState): RespawnSeries | null {
  return series ? { count: series.count, since: series.since, next: pause?.until || null } : null;
}

/** When a restart comes that waits until its events are quiet. */
function postponedRestart({ context }: Question, { postponed }: InstanceState): Pick<InstanceDetails, 'restartAt'> {
  const timer = postponed && context.state.timers.get(postponed.timer);
  return timer ? { restartAt: context.wallMs + timer.dueMs - context.nowMs } : {};
}

function lastRun({ last }: ClassState): JobDetails['last'] {
  if (!last) return null;
  const { instance, at, respawns, exit } = last;
  return { instance, at, respawns, exit: exit ? processExit(exit) : null };
}

/** The last exit in this run, or else in the run before of the same instance. */
function lastExitOf({ context }: Question, instance: InstanceState): ProcessExit | null {
  const { last } = context.classOf(instance);
  const exit = instance.lastExit ?? (last?.instance === instance.name ? last.exit : undefined);
  return exit ? processExit(exit) : null;
}
