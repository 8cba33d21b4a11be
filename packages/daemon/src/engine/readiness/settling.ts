/** `ready after`: a main process that has come up has to stay alive for a while before its job has started. */
import type { JobDefinition } from '@upstart/job-language';
import type { Context } from '../model/context.ts';
import type { InstanceState } from '../model/state.ts';

/** A task has done its work when it ends: it is never ready. */
export function settleMs({ task, readyAfterMs }: Pick<JobDefinition, 'task' | 'readyAfterMs'>): number {
  return task ? 0 : readyAfterMs;
}

/** The main process is up: begins its settle time. False: it has none. */
export function beginSettling(context: Context, instance: InstanceState): boolean {
  const ms = settleMs(context.classOf(instance).definition);
  if (ms === 0 || instance.goal !== 'start' || !instance.processes.main) return false;
  // A second sign of readiness does not begin it again.
  instance.settling ??= { timer: context.arm(ms, { kind: 'settle', instance: instance.id }) };
  return true;
}

export function endSettling(context: Context, instance: InstanceState): void {
  if (!instance.settling) return;
  context.disarm(instance.settling.timer);
  delete instance.settling;
}
