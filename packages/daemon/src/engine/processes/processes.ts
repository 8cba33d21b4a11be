/**
 * The processes of an instance: starting and killing them (reference: jobs §5, §8.1).
 */
import { SIGKILL, type Slot, signalName } from '@upstart/common';
import type { Context } from '../model/context.ts';
import { recordProcess } from '../model/history.ts';
import { hasPid, hasToken, newProcess, type ProcessState } from '../model/process-state.ts';
import type { InstanceState } from '../model/state.ts';
import { awaitLogMark } from '../readiness/log-mark.ts';
import { envFilesOf } from './env-files.ts';
import { limitHooks } from './hooks.ts';
import { spawnSpec } from './spawn-spec.ts';
import { takeSuccessor } from './standing-orders.ts';

/** How often the process of a slot has been spawned already. */
type Attempts = Pick<ProcessState, 'retries' | 'lookups'>;

/** Starts the process of a slot; its pid is known when the supervisor has reported it. */
export function spawnProcess(
  context: Context,
  instance: InstanceState,
  slot: Slot,
  { retries, lookups }: Attempts = { retries: 0 },
): void {
  const { definition } = context.classOf(instance);
  const successor = slot === 'main' ? takeSuccessor(context, instance) : undefined;
  if (successor) {
    instance.processes.main = successor;
    if (hasPid(successor)) tellProcess(context, instance, slot, successor.pid);
    return;
  }
  if (slot === 'main' && retries === 0 && lookups === undefined && awaitLogMark(context, instance)) return;
  const spec = spawnSpec(context.state.settings, definition, instance, slot);
  // The profile is loaded with none of the job's settings.
  if (definition.envFiles.length > 0 && slot !== 'security')
    spec.envFiles = {
      ...envFilesOf(context.state, definition, instance, spec.env),
      key: `${instance.id} ${slot}`,
      isRetry: retries > 0 || (lookups ?? 0) > 0,
    };
  const token = context.command((id) => ({ type: 'spawn', id, spec }));
  const process = { ...newProcess(token, spec.orderable), retries };
  instance.processes[slot] = lookups === undefined ? process : { ...process, lookups };
  context.addProcess(token, instance, slot);
  // The time limits of a stop apply to a hook that begins during the stop.
  if (instance.goal === 'stop' && slot !== 'main') limitHooks(context, instance);
}

/** Makes the successor the main process, even if the job would start a different program now. */
export function beginSuccession(context: Context, instance: InstanceState): void {
  const { successor } = instance;
  if (!successor) return;
  instance.processes.main = successor;
  delete instance.successor;
  if (hasPid(successor)) tellProcess(context, instance, 'main', successor.pid);
}

/**
 * Sends the kill signal to the main process and its process group, and SIGKILL after the kill timeout. A process that a standing order has
 * just started gets the signal when its pid is known.
 */
export function killMain(context: Context, instance: InstanceState): void {
  const { main } = instance.processes;
  if (main && !hasPid(main)) return;
  const { killSignal, killTimeoutS } = context.classOf(instance).definition;
  if (killTimeoutS === 0) {
    sendSignal(context, instance, SIGKILL);
    return;
  }
  sendSignal(context, instance, killSignal);
  instance.killTimer = context.arm(killTimeoutS * 1000, { kind: 'kill', instance: instance.id });
}

/** The kill timeout has passed. */
export function killTimeoutPassed(context: Context, instance: InstanceState): void {
  instance.killTimer = 0;
  killGroup(context, instance);
}

/** The process group of the main process gets SIGKILL. One that waits for its first attempt is killed when it has started. */
export function killGroup(context: Context, instance: InstanceState): void {
  const { main } = instance.processes;
  if (main && hasToken(main)) sendSignal(context, instance, SIGKILL);
}

function sendSignal(context: Context, instance: InstanceState, signal: number): void {
  const main = instance.processes.main as ProcessState;
  const name = signalName(signal) ?? signal;
  const text = `Sending ${name} signal to ${context.display(instance)} main process (${main.pid})`;
  context.logAbout(instance, 'info', text, { slot: 'main', pid: main.pid });
  context.command((id) => ({ type: 'signal', id, process: main.token, signal, group: true }));
}

/** Sends a signal to a process alone, as `reload` does. */
export function signalProcess(context: Context, { token }: ProcessState, signal: number): number {
  return context.command((id) => ({ type: 'signal', id, process: token, signal, group: false }));
}

export function cancelKillTimer(context: Context, instance: InstanceState): void {
  if (instance.killTimer === 0) return;
  context.disarm(instance.killTimer);
  instance.killTimer = 0;
}

/** The pid of a process is known. */
export function tellProcess(context: Context, instance: InstanceState, slot: Slot, pid: number): void {
  const { name: job } = context.classOf(instance).definition;
  recordProcess(context, instance, slot, pid);
  context.tell({ type: 'process', job, instance: instance.name, slot, pid });
  context.effects.push({ type: 'settled' });
}
