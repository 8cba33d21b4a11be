/**
 * Restarts that init decides on. A request for a restart takes the stop back where a hook runs, as in the original (reference:
 * jobs §2); these replace the main process in any case: with a hook running, the instance stops when that has ended, and starts
 * again.
 */
import type { State } from '@upstart/protocol';
import type { Context } from '../model/context.ts';
import type { Why } from '../model/history.ts';
import { type InstanceState, isEnding } from '../model/state.ts';
import { restarted } from './causes.ts';
import { changeGoal } from './lifecycle.ts';
import { dropRestart } from './postponed-restart.ts';

/** States in which the main process has begun, and no other one is about to. */
const BEGUN: ReadonlySet<State> = new Set(['spawned', 'post-start', 'running', 'pre-stop']);

/** Whether the instance is to stop, and not only to start again. */
export function isToStop({ goal, restarts }: InstanceState): boolean {
  return goal === 'stop' && !restarts;
}

/** Whether a restart would replace a process of the instance: it runs, or is about to. */
export function isRestartable(context: Context, { goal, state }: InstanceState): boolean {
  return goal === 'start' && BEGUN.has(state) && !isEnding(context);
}

/** `by`: the cause in words. */
export function restartInstance(context: Context, instance: InstanceState, by: string, why: Why): void {
  instance.cause = restarted(by);
  changeGoal(context, instance, 'stop', why);
  if (BEGUN.has(instance.state)) instance.restarts = true;
  else changeGoal(context, instance, 'start', why);
}

/** `restart delay`: the restart comes when its events have been quiet for `ms`. */
export function postponeRestart(
  context: Context,
  instance: InstanceState,
  ms: number,
  { by, stopEnv, after }: { by: string; stopEnv: string[]; after: number },
): void {
  dropRestart(context, instance);
  instance.postponed = { timer: context.arm(ms, { kind: 'restart', instance: instance.id }), by, after, stopEnv };
}

/** The events of a postponed restart have been quiet: restarts the instance, unless another main process is about to start. */
export function restartQuietly(context: Context, instance: InstanceState): void {
  const { postponed } = instance;
  delete instance.postponed;
  if (!postponed || !isRestartable(context, instance)) return;
  context.setTable(instance, 'stopEnv', postponed.stopEnv);
  restartInstance(context, instance, postponed.by, { kind: 'event', after: postponed.after });
}
