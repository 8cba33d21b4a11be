/**
 * `ready log`: where the output of a main process begins in its job's log. The prober looks before the process is started, so that no
 * line of an earlier run counts and none of this one is missed; the state keeps the answer, and so each daemon looks behind it.
 */
import type { Context } from '../model/context.ts';
import type { ArmedProbe, LogTarget, ProbeResult } from '../model/probe-state.ts';
import { newProcess } from '../model/process-state.ts';
import type { InstanceState } from '../model/state.ts';
import { logFileOf } from '../processes/spawn-spec.ts';

/** The main process is started without an answer after so many milliseconds: the disk of the logs hangs. */
export const MARK_TIMEOUT_MS = 5000;

/** Whether the main process has to wait for the mark of its log; begins to ask for it. */
export function awaitLogMark(context: Context, instance: InstanceState): boolean {
  dropLogMark(context, instance);
  const { definition } = context.classOf(instance);
  const path = logFileOf(context.state.settings, definition, instance.name);
  if (definition.task || path === null || !definition.ready.some(({ kind }) => kind === 'log')) return false;
  const timer = context.arm(MARK_TIMEOUT_MS, { kind: 'spawn', instance: instance.id, slot: 'main' });
  instance.logMark = { id: context.newId(), timer };
  instance.processes.main = { ...newProcess(0, false), phase: 'resolving', lookups: 0 };
  for (const probe of armedMark(context, instance)) context.effects.push({ type: 'probe', probe });
  return true;
}

/** The question of the instance, if it waits for the answer. */
export function* armedMark(context: Context, instance: InstanceState): Generator<ArmedProbe> {
  const { logMark } = instance;
  const path = logFileOf(context.state.settings, context.classOf(instance).definition, instance.name);
  if (!logMark || logMark.id === 0 || path === null) return;
  const target = { kind: 'log-end', path } as const;
  yield { id: logMark.id, instance: instance.id, target, intervalMs: MARK_TIMEOUT_MS, timeoutMs: MARK_TIMEOUT_MS };
}

/** Takes an answer; false: it is about something else. */
export function logMarked(context: Context, { logMark }: InstanceState, { id, isGood, answer }: ProbeResult): boolean {
  if (!logMark || logMark.id !== id) return false;
  if (isGood) {
    const [file = '', size = '0'] = answer.split(' ');
    logMark.file = file;
    logMark.size = Number(size);
  } else context.effects.push({ type: 'probe-off', id });
  logMark.id = 0;
  context.disarm(logMark.timer);
  return true;
}

/** The question is not asked any more: there is no answer, or none is needed. */
export function dropLogMark(context: Context, instance: InstanceState): void {
  const { logMark } = instance;
  if (logMark && logMark.id !== 0) {
    context.effects.push({ type: 'probe-off', id: logMark.id });
    context.disarm(logMark.timer);
  }
  delete instance.logMark;
}

/** Where the prober has to look for the pattern, or why that is not possible. */
export function logTarget(context: Context, instance: InstanceState, pattern: string): LogTarget | string {
  const { logMark, processes } = instance;
  const path = logFileOf(context.state.settings, context.classOf(instance).definition, instance.name);
  if (path === null) return 'its output goes to no log file';
  if (logMark?.file === undefined) return 'the log could not be looked at when the process was started';
  const pid = processes.main?.firstPid ?? 0;
  return { kind: 'log', path, pattern, file: logMark.file, offset: logMark.size ?? 0, pid };
}
