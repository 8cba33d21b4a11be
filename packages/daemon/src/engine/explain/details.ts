/** How jobs and instances do, in a few words: for lists of all of them. `explain` says more of one. */
import { type BrokenFile, brokenFileText, signalName } from '@upstart/common';
import {
  HEALTHS,
  type Health,
  type InstanceDetails,
  type InstanceStatus,
  type JobDetails,
  type ProcessExit,
} from '@upstart/protocol';
import type { ClassState, ExitState, InstanceState } from '../model/state.ts';
import { instanceLogTrouble } from '../processes/log-troubles.ts';
import { isFlapping } from '../processes/respawn-limit.ts';
import type { Details } from '../requests/queries.ts';
import type { Question } from './question.ts';
import { Waits } from './waits.ts';

export type UsageOf = (instance: InstanceState) => Pick<InstanceDetails, 'memoryBytes' | 'cpuMs'>;

/** The details for one client. `broken`: all files with errors; `usageOf`: memory and processor time of an instance's processes. */
export function detailsFor(asked: Question, broken: readonly BrokenFile[], usageOf: UsageOf): Details {
  const waits = new Waits(asked);
  const files = new Map<string, string>();
  for (const file of broken) {
    const text = brokenFileText(file);
    const before = files.get(file.job);
    files.set(file.job, before === undefined ? text : `${before}; ${text}`);
  }
  return {
    ofInstance: (instance) => ({
      ...instanceHealth(asked, waits, instance),
      since: instance.since ?? null,
      respawns: instance.respawns,
      lastExit: lastExitOf(asked, instance),
      ...usageOf(instance),
    }),
    ofJob: (jobClass, instances) => ({
      ...jobHealth(asked, jobClass, instances, files.get(jobClass.definition.name) ?? null),
      last: lastRun(jobClass),
    }),
  };
}

interface Verdict {
  health: Health;
  why: string | null;
}

const WELL: Verdict = { health: 'well', why: null };

function instanceHealth(asked: Question, waits: Waits, instance: InstanceState): Verdict {
  const { goal, state, failure, respawns } = instance;
  if (failure) return { health: 'failed', why: failure.text };
  if (isFlapping(instance, asked.now)) {
    const exit = instance.lastExit && exitWords(instance.lastExit);
    return { health: 'flapping', why: `respawned ${respawns} times${exit ? `; its main process ${exit}` : ''}` };
  }
  const step = waits.stepOf(instance);
  if (goal !== 'start' || state !== 'running') return { health: 'pending', why: step ?? `is ${goal}/${state}` };
  if (step !== null) return { health: 'degraded', why: step };
  const trouble = instanceLogTrouble(asked.context, instance);
  return trouble ? { health: 'degraded', why: `its log cannot be written: ${trouble.error}` } : WELL;
}

function jobHealth(
  asked: Question,
  jobClass: ClassState,
  instances: readonly InstanceStatus[],
  files: string | null,
): Verdict {
  if (files !== null) return { health: 'broken', why: files };
  const fault = asked.context.state.faults?.get(jobClass.definition.name);
  if (fault) return { health: 'failed', why: 'init had a fault with it' };
  const worst = HEALTHS.find((health) => instances.some((instance) => instance.health === health));
  if (worst !== undefined) return { health: worst, why: null };
  const { last, refused } = jobClass;
  if (refused) return { health: 'failed', why: `could not be started: ${refused.text}` };
  return last?.failure ? { health: 'failed', why: last.failure.text } : WELL;
}

function lastRun({ last }: ClassState): JobDetails['last'] {
  if (!last) return null;
  const { instance, at, respawns, exit } = last;
  return { instance, at, respawns, exit: exit ? processExit(exit) : null };
}

/** In this run, else in the one before of the same instance. */
function lastExitOf({ context }: Question, instance: InstanceState): ProcessExit | null {
  const { last } = context.classOf(instance);
  const exit = instance.lastExit ?? (last?.instance === instance.name ? last.exit : undefined);
  return exit ? processExit(exit) : null;
}

function processExit({ status, at }: ExitState): ProcessExit {
  const signal = status > 0 ? status >> 8 : 0;
  return {
    exitStatus: status >= 0 && signal === 0 ? status : null,
    exitSignal: signal === 0 ? null : (signalName(signal) ?? String(signal)),
    at,
  };
}

function exitWords(exit: ExitState): string {
  const { exitStatus, exitSignal } = processExit(exit);
  if (exitSignal !== null) return `was killed by the ${exitSignal} signal`;
  return exitStatus === null ? 'vanished' : `exited with status ${exitStatus}`;
}
