/**
 * Standing orders: instructions to the supervisor for the end of a main process, given beforehand. Where the job would respawn
 * whatever its process ends with, and no hook or job has to act before that, the supervisor starts the next process itself: the
 * service is back before the daemon knows of the end, and even while there is no daemon.
 *
 * The report of the end names the process that has been started. In a job that is still running the state machine goes its usual
 * way, with events and limits, and takes that process where it would have started one. Until then it is the instance's
 * successor. In a job that was stopped meanwhile, the end and the respawn count as earlier than the stop: the successor is the
 * main process at once, and is stopped like one.
 */

import { SIGKILL } from '@upstart/common';
import type { Context } from '../model/context.ts';
import { jobEventEnvironment } from '../model/job-events.ts';
import { operandsOf, plainWord } from '../model/listeners.ts';
import { newProcess, type ProcessState } from '../model/process-state.ts';
import type { ClassState, InstanceState } from '../model/state.ts';
import { respawnIsAllowed } from './respawn-limit.ts';

/** The events between the end of a process and the next one. */
const BETWEEN: readonly string[] = ['stopping', 'starting'];

/** The instance runs: gives the order for the end of its main process, if the consequences of that are certain. */
export function giveOrder(context: Context, instance: InstanceState): void {
  const { main } = instance.processes;
  if (!context.state.givesOrders || context.state.quiesce) return;
  // The next process would have the environment that a request has left for it.
  if (!main?.orderable || instance.startEnv !== null) return;
  if (!respawnIsAllowed(context, instance) || isHeard(context, instance)) return;
  const id = context.command((id) => ({ type: 'standing-order', id, process: main.token }));
  instance.orders = [...(instance.orders ?? []), id];
  instance.orderHolds = true;
}

/**
 * Withdraws the order: the consequences of the process's end are not certain any more. It may have been carried out; the report of
 * the end tells.
 */
export function withdrawOrder(context: Context, instance: InstanceState): void {
  const { main } = instance.processes;
  if (!instance.orderHolds || !main) return;
  instance.orderHolds = false;
  context.command((id) => ({ type: 'withdraw-standing-order', id, process: main.token }));
}

/** The end of the main process is known, and with it the outcome of its orders. */
export function endOrders(instance: InstanceState): void {
  delete instance.orders;
  delete instance.orderHolds;
}

/** Gives no more orders for its processes: the next process has to differ from the one that the supervisor would start. */
export function forbidOrders(context: Context, instance: InstanceState): void {
  withdrawOrder(context, instance);
  for (const process of [instance.processes.main, instance.successor]) if (process) process.orderable = false;
}

/** A class was added: if it reacts to events between two processes, it has to get them before the next one runs. */
export function heedListener(context: Context, jobClass: ClassState): void {
  if (context.state.instances.size === 0) return;
  for (const { name, args } of operandsOf(jobClass)) {
    if (!BETWEEN.includes(name)) continue;
    for (const instance of instancesMeant(context, args[0])) {
      if (instance.orderHolds && isHeard(context, instance)) withdrawOrder(context, instance);
    }
  }
}

/** The instances whose events an operand with this first argument may be about. */
function* instancesMeant(context: Context, argument: string | undefined): Generator<InstanceState> {
  const word = plainWord(argument);
  if (word === null || (word.variable !== '' && word.variable !== 'JOB')) {
    yield* context.state.instances.values();
    return;
  }
  for (const id of context.state.classes.get(word.value)?.instances.values() ?? []) {
    const instance = context.instance(id);
    if (instance) yield instance;
  }
}

function isHeard(context: Context, instance: InstanceState): boolean {
  return BETWEEN.some((name) => {
    const env = jobEventEnvironment(context, instance, name === 'stopping');
    return context.listeners.find({ name, env }).length > 0;
  });
}

/** The supervisor has started a process by an order, in place of the main process of this instance; `pid` is 0 if it is not known yet. */
export function addSuccessor(context: Context, instance: InstanceState, token: number, pid = 0): void {
  if (instance.successor?.token === token) return;
  const orderable = instance.processes.main?.orderable === true;
  instance.successor = newProcess(token, orderable, pid);
  context.addProcess(token, instance, 'main');
}

/** The running successor, in place of a process to start; undefined: there is none, or it does not fit. */
export function takeSuccessor(context: Context, instance: InstanceState): ProcessState | undefined {
  const { successor } = instance;
  if (!successor?.orderable) {
    killSuccessor(context, instance);
    return undefined;
  }
  delete instance.successor;
  return successor;
}

/** Kills the successor before it becomes the main process. Clients never hear of it. */
export function killSuccessor(context: Context, instance: InstanceState): void {
  const { successor } = instance;
  if (!successor) return;
  dropSuccessor(context, instance);
  killStranger(context, successor.token);
}

/** The successor has ended. */
export function dropSuccessor(context: Context, instance: InstanceState): void {
  if (instance.successor) context.removeProcess(instance.successor.token);
  delete instance.successor;
}

/** Kills a process that the supervisor has started by an order that the state does not know. */
export function killStranger(context: Context, token: number): void {
  context.command((id) => ({ type: 'signal', id, process: token, signal: SIGKILL, group: true }));
}
