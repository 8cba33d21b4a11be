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
    // Of thousands of instances: objects that are put together from others take ten times as long, and their shapes stay in V8's heap.
    ofInstance(instance) {
      const { health, why } = instanceHealth(asked, waits, instance);
      const { memoryBytes, cpuMs } = usageOf(instance);
      const { since = null, readyTimeMs, respawns } = instance;
      const [series, checks, lastExit] = [seriesOf(instance), checksOf(asked, instance), lastExitOf(asked, instance)];
      const details: InstanceDetails = { health, why, since, respawns, series, checks, lastExit, memoryBytes, cpuMs };
      if (readyTimeMs !== undefined) details.readyMs = readyTimeMs;
      const restartAt = postponedRestart(asked, instance);
      if (restartAt !== null) details.restartAt = restartAt;
      return details;
    },
    ofJob(jobClass, instances) {
      const { health, why } = jobHealth(asked, jobClass, instances, files.get(jobClass.definition.name));
      return { health, why, last: lastRun(jobClass) };
    },
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
  const places = instances.map(({ health = 'well' }) => HEALTHS.indexOf(health));
  const worst = places.reduce((first, place) => Math.min(first, place), HEALTHS.indexOf('well'));
  return { health: HEALTHS[worst] ?? 'well', why: null };
}

/** Its respawns without a long run between them, and the time of the next one. */
export function seriesOf({ series, pause }: InstanceState): RespawnSeries | null {
  return series ? { count: series.count, since: series.since, next: pause?.until || null } : null;
}

/** When a restart comes that waits until its events are quiet. */
function postponedRestart({ context }: Question, { postponed }: InstanceState): number | null {
  const timer = postponed && context.state.timers.get(postponed.timer);
  return timer ? context.wallMs + timer.dueMs - context.nowMs : null;
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
