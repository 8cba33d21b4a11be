/** The cause of an instance's goal: the first sentences of explanations. */
import type { Slot } from '@upstart/common';
import { displayName, type InstanceState } from '../model/state.ts';

const RESTARTED = 'restarted';
const KEPT = 'kept by its pre-stop';
const TAKEN_BACK = 'its stop was taken back';

/** `by request`, `by its own pre-start`, `by job web`. `from` is the instance that asks, if it is one of this init's; `name` its job. */
export function byRequest(target: InstanceState, from: InstanceState | undefined, name: string): string {
  if (from === undefined) return 'by request';
  return from === target ? `by its own ${ownProcess(from)}` : `by job ${displayName(name, from.name)}`;
}

/** The hook that runs in the present state; otherwise the main process, without a slot in the text. */
function ownProcess({ state, processes }: InstanceState): string {
  if (state !== 'running' && processes[state as Slot] !== undefined) return state;
  return 'main process';
}

export function restarted(by: string): string {
  return `${RESTARTED} ${by}`;
}

/** After pre-stop the goal is start again: because of a restart, or of a start that came meanwhile. */
export function keptByPreStop(cause: string): string {
  if (isKept(cause)) return cause;
  return cause.startsWith(RESTARTED) ? `${KEPT} when it was to be ${cause}` : `${TAKEN_BACK} ${cause}`;
}

/** Whether an instance runs only because a stop was cancelled. */
export function isKept(cause: string): boolean {
  return cause.startsWith(KEPT) || cause.startsWith(TAKEN_BACK);
}

/** Whether the cancelled stop was part of a restart. */
export function isKeptFromRestart(cause: string): boolean {
  return cause.startsWith(KEPT);
}

/** `started by request`: the whole sentence. */
export function causeSentence(cause: string, verb: 'started' | 'stopped'): string {
  return cause === '' || cause.startsWith(RESTARTED) || isKept(cause) ? cause : `${verb} ${cause}`;
}
