/**
 * Standing orders: what the supervisor is told beforehand to do about the end of a main process. Where the job would respawn
 * whatever its process ends with, and nobody has to act before that, the supervisor starts the next process by itself, so that the
 * service is back before the daemon has heard of the end, and even while there is no daemon.
 *
 * The state machine goes its usual way when it hears of the end, with events and limits, and takes the process that runs by then
 * instead of starting one. A process that it does not take was not wanted, and ends.
 */
import { conditionEvents } from '@upstart/protocol';
import type { Context } from './context.ts';
import { jobEventEnvironment } from './job-events.ts';
import { respawnIsAllowed } from './respawn-limit.ts';
import type { ClassState, InstanceState } from './state.ts';

const SIGKILL = 9;

/** The events between the end of a process and the next one. */
const BETWEEN: readonly string[] = ['stopping', 'starting'];

/** The instance has come to run: gives the order for the end of its main process, if what comes after it is certain. */
export function giveOrder(context: Context, instance: InstanceState): void {
  const { main } = instance.processes;
  if (!main?.repeatable || context.state.quiesce) return;
  if (!respawnIsAllowed(context, instance) || isHeard(context, instance)) return;
  instance.again = context.command((id) => ({ type: 'again', id, process: main.token }));
}

/** Takes the order back, if there is one: what comes after the process is not certain any more. */
export function withdrawOrder(context: Context, instance: InstanceState): void {
  const { main } = instance.processes;
  if (instance.again === undefined || !main) return;
  delete instance.again;
  context.command((id) => ({ type: 'not-again', id, process: main.token }));
}

/** The next process is to be another one than the supervisor would start. */
export function endRepeating(context: Context, instance: InstanceState): void {
  withdrawOrder(context, instance);
  if (instance.processes.main) instance.processes.main.repeatable = false;
}

/** There is a new class: if it listens to what comes between two processes, it hears of it before the next one runs. */
export function heedListener(context: Context, { definition }: ClassState): void {
  const conditions = [definition.startOn, definition.stopOn].filter((condition) => condition !== null);
  const heard = conditions.flatMap((condition) => [...conditionEvents(condition)]);
  if (!heard.some(({ name }) => BETWEEN.includes(name))) return;
  for (const instance of context.state.instances.values()) {
    if (instance.again !== undefined && isHeard(context, instance)) withdrawOrder(context, instance);
  }
}

function isHeard(context: Context, instance: InstanceState): boolean {
  return BETWEEN.some((name) => {
    const env = jobEventEnvironment(context, instance, name === 'stopping');
    return context.listeners.find({ name, env }).length > 0;
  });
}

/** The main process has ended, and an order has been carried out; `instance` is whose process it was, if that is known. */
export function noteSuccessor(context: Context, token: number, instance: InstanceState | undefined): void {
  context.successor = { token, instance: instance?.again === token ? instance.id : 0 };
}

/** The process that runs already in place of the one that is to be started; undefined: there is none. */
export function takeSuccessor(context: Context, instance: InstanceState): number | undefined {
  const { successor } = context;
  if (successor?.instance !== instance.id) return undefined;
  context.successor = null;
  return successor.token;
}

/** The input has been dealt with: a process that nobody has taken ends. */
export function endSuccessor(context: Context): void {
  const { successor } = context;
  context.successor = null;
  // It may be known from the supervisor's table of processes (`adopt.ts`).
  if (!successor || context.findProcess(successor.token)) return;
  context.command((id) => ({ type: 'signal', id, process: successor.token, signal: SIGKILL, group: true }));
}
