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
