/** The health of an instance or a job, with the reason. */
import { type BrokenFile, durationText, killedText, signalName } from '@upstart/common';
import type { Health, ProcessExit } from '@upstart/protocol';
import type { ExitState } from '../model/failure-state.ts';
import type { ClassState, InstanceState } from '../model/state.ts';
import { instanceLogTrouble } from '../processes/log-troubles.ts';
import { isFlapping } from '../processes/respawn-series.ts';
import { unhealthyText } from './checks.ts';
import type { Question } from './question.ts';
import { remaining, type Waits } from './waits.ts';

export interface Verdict {
  health: Health;
  why: string | null;
}

const WELL: Verdict = { health: 'well', why: null };

export function instanceHealth(asked: Question, waits: Waits, instance: InstanceState): Verdict {
  const { goal, state, failure } = instance;
  if (failure) return { health: 'failed', why: failure.text };
  if (isFlapping(asked.context.classOf(instance).definition, instance, asked.nowMs))
    return { health: 'flapping', why: flappingWhy(asked, instance) };
  const unhealthy = unhealthyText(asked, instance);
  if (unhealthy !== null && state === 'running') return { health: 'unhealthy', why: unhealthy };
  const step = waits.stepOf(instance);
  if (goal !== 'start' || state !== 'running') return { health: 'pending', why: step ?? `is ${goal}/${state}` };
  if (step !== null) return { health: 'degraded', why: step };
  const trouble = instanceLogTrouble(asked.context, instance);
  return trouble ? { health: 'degraded', why: `its log cannot be written: ${trouble.error}` } : WELL;
}

/** The problems of a job besides those of its instances and its files. */
export function classHealth({ context }: Question, { definition, instances, last, refused }: ClassState): Verdict {
  if (context.state.faults?.has(definition.name)) return { health: 'failed', why: 'init had a fault with it' };
  if (instances.size > 0) return WELL;
  if (refused) return { health: 'failed', why: `could not be started: ${refused.text}` };
  return last?.failure ? { health: 'failed', why: last.failure.text } : WELL;
}

export function processExit({ status, at }: ExitState): ProcessExit {
  const signal = status > 0 ? status >> 8 : 0;
  return {
    exitStatus: status >= 0 && signal === 0 ? status : null,
    exitSignal: signal === 0 ? null : (signalName(signal) ?? String(signal)),
    at,
  };
}

/** `respawned 6 times in 4 minutes, next try in 3 seconds; its main process exited with status 1` */
function flappingWhy(asked: Question, { series, respawns, pause, lastExit }: InstanceState): string {
  const span = series && durationText(asked.nowMs - series.sinceMs);
  const next = pause?.timer ? `, next try in ${remaining(asked, pause)}` : '';
  const exit = lastExit ? `; its main process ${exitWords(lastExit)}` : '';
  return `respawned ${series?.count ?? respawns} times${span ? ` in ${span}` : ''}${next}${exit}`;
}

function exitWords(exit: ExitState): string {
  const { exitStatus, exitSignal } = processExit(exit);
  if (exitSignal !== null) return `was ${killedText(exitSignal)}`;
  return exitStatus === null ? 'vanished' : `exited with status ${exitStatus}`;
}

/** Files with errors by the names of their jobs. */
export function filesByJob(broken: readonly BrokenFile[]): Map<string, BrokenFile[]> {
  const files = new Map<string, BrokenFile[]>();
  for (const file of broken) files.set(file.job, [...(files.get(file.job) ?? []), file]);
  return files;
}
