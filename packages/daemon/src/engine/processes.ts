/**
 * The processes of an instance: starting and killing them, and what the supervisor reports of them before they
 * end (reference: jobs §5, §6, §8.1). Their end is in `process-end.ts`.
 */
import type { Slot, State } from '@upstart/protocol';
import type { Report } from '../process-messages.ts';
import { SIGKILL, signalName } from '../signals.ts';
import type { Context } from './context.ts';
import { advance } from './lifecycle.ts';
import { spawnSpec } from './spawn-spec.ts';
import { takeSuccessor } from './standing-orders.ts';
import type { InstanceState, ProcessState, TimerAction } from './state.ts';

const SIGCONT = 18;
const SIGSTOP = 19;

/** Starts the process of a slot; its pid is known when the supervisor has reported it. */
export function spawnProcess(context: Context, instance: InstanceState, slot: Slot, retries = 0): void {
  const { definition } = context.classOf(instance);
  const successor = slot === 'main' ? takeSuccessor(context, instance) : undefined;
  if (successor) {
    instance.processes.main = successor;
    if (successor.pid !== 0) tellProcess(context, instance, slot, successor.pid);
    return;
  }
  const spec = spawnSpec(context.state.settings, definition, instance, slot);
  const token = context.command((id) => ({ type: 'spawn', id, spec }));
  const repeatable = spec.keep;
  instance.processes[slot] = { token, pid: 0, firstPid: 0, forks: 0, execed: false, retries, repeatable };
  context.addProcess(token, instance, slot);
  // A hook that belongs to a stop has to keep to its time from the beginning.
  if (instance.goal === 'stop' && slot !== 'main') limitHooks(context, instance);
}

/** The successor is the main process from here on, whether or not it is what the job would start. */
export function beginSuccession(context: Context, instance: InstanceState): void {
  const { successor } = instance;
  if (!successor) return;
  instance.processes.main = successor;
  delete instance.successor;
  if (successor.pid !== 0) tellProcess(context, instance, 'main', successor.pid);
}

/**
 * Sends the kill signal to the main process and what belongs to it, and SIGKILL when the kill timeout has passed. One that has
 * just been started by a standing order gets it when its pid is known.
 */
export function killMain(context: Context, instance: InstanceState): void {
  if (instance.processes.main?.pid === 0) return;
  const { killSignal, killTimeout } = context.classOf(instance).definition;
  if (killTimeout === 0) {
    sendSignal(context, instance, SIGKILL);
    return;
  }
  sendSignal(context, instance, killSignal);
  instance.killTimer = context.arm(killTimeout * 1000, { kind: 'kill', instance: instance.id });
}

/** The kill timeout has passed. */
export function killTimeoutPassed(context: Context, instance: InstanceState): void {
  instance.killTimer = 0;
  if (instance.processes.main) sendSignal(context, instance, SIGKILL);
}

function sendSignal(context: Context, instance: InstanceState, signal: number): void {
  const main = instance.processes.main as ProcessState;
  const name = signalName(signal) ?? signal;
  context.log('info', `Sending ${name} signal to ${context.display(instance)} main process (${main.pid})`);
  context.command((id) => ({ type: 'signal', id, process: main.token, signal, group: true }));
}

const HOOKS = ['security', 'pre-start', 'post-start', 'pre-stop', 'post-stop'] as const;

/** The job is to stop: hooks that run get only so much longer, if a time has been set for them. */
export function limitHooks(context: Context, instance: InstanceState): void {
  const { definition } = context.classOf(instance);
  const seconds = definition.hookTimeout ?? context.state.settings.hookTimeout;
  if (seconds === 0) return;
  for (const slot of HOOKS) {
    const process = instance.processes[slot];
    if (process) armHookTimer(context, instance, slot, process.token, seconds, definition.killSignal);
  }
}

function armHookTimer(
  context: Context,
  instance: InstanceState,
  slot: Slot,
  token: number,
  seconds: number,
  signal: number,
): void {
  context.arm(seconds * 1000, { kind: 'hook', instance: instance.id, slot, token, signal });
}

/** A hook has had its time: it is sent the kill signal, and SIGKILL when that does not help within the kill timeout. */
export function hookTimeoutPassed(context: Context, action: Extract<TimerAction, { kind: 'hook' }>): void {
  const { slot, token, signal } = action;
  const instance = context.instance(action.instance);
  const process = instance?.processes[slot];
  if (!instance || process?.token !== token) return;
  const name = signalName(signal) ?? signal;
  const text = `${slot} process (${process.pid}) had its time (hook timeout)`;
  instance.hints.push(text);
  context.log('warn', `${context.display(instance)} ${text}: sending ${name} signal`);
  context.command((id) => ({ type: 'signal', id, process: token, signal, group: true }));
  const { killTimeout } = context.classOf(instance).definition;
  if (signal !== SIGKILL) armHookTimer(context, instance, slot, token, killTimeout, SIGKILL);
}

/** Sends a signal to the main process alone, as `reload` does. */
export function signalMain(context: Context, main: ProcessState, signal: number): number {
  return context.command((id) => ({ type: 'signal', id, process: main.token, signal, group: false }));
}

export function cancelKillTimer(context: Context, instance: InstanceState): void {
  if (instance.killTimer === 0) return;
  context.disarm(instance.killTimer);
  instance.killTimer = 0;
}

type ReportOf<T extends Report['type']> = Extract<Report, { type: T }>;
/** A report about a process that is known, and where it belongs. */
interface Known {
  instance: InstanceState;
  slot: Slot;
  process: ProcessState;
}

export function processSpawned(context: Context, { instance, slot, process }: Known, pid: number): void {
  process.pid = pid;
  process.firstPid = pid;
  // A successor is told of when it is taken.
  if (process === instance.successor) return;
  tellProcess(context, instance, slot, pid);
  if (slot === 'main' && instance.state === 'killed') killMain(context, instance);
  const { debug } = context.classOf(instance).definition;
  if (debug) context.log('info', `Pausing ${context.display(instance)} (${pid}) [pre-exec] for debug`);
}

function tellProcess(context: Context, instance: InstanceState, slot: Slot, pid: number): void {
  const { name: job } = context.classOf(instance).definition;
  context.effects.push({ type: 'process', job, instance: instance.name, slot, pid }, { type: 'settled' });
}

export function processExeced(context: Context, { instance, slot, process }: Known): void {
  process.execed = true;
  if (slot !== 'main' || instance.state !== 'spawned' || process === instance.successor) return;
  const { expect } = context.classOf(instance).definition;
  // A stop that came before the program ran was not sent on its way yet.
  if (expect === 'none' || instance.goal === 'stop') advance(context, instance);
}

export function processForked(context: Context, { instance, process }: Known, report: ReportOf<'forked'>): void {
  const name = context.display(instance);
  context.log('info', `${name} main process (${report.oldPid}) became new process (${report.pid})`);
  process.pid = report.pid;
  process.forks++;
}

export function expectMet(context: Context, { instance, process }: Known, pid: number): void {
  process.pid = pid;
  if (instance.state === 'spawned') advance(context, instance);
}

/** Where one that has stopped itself is sent on its way: also when a stop or restart came first, to take its kill signal. */
const SENT_ON: ReadonlySet<State> = new Set(['spawned', 'stopping', 'killed']);

/** A stop is a sign of readiness with `expect stop`; any other one is only noted. */
export function processStopped(context: Context, known: Known, report: ReportOf<'stopped'>): void {
  const { instance, slot, process } = known;
  const name = signalName(report.signal) ?? report.signal;
  context.log('info', `${context.display(instance)} ${slot} process (${report.pid}) stopped by ${name} signal`);
  process.stopped = report.signal;
  const { expect } = context.classOf(instance).definition;
  if (slot !== 'main' || expect !== 'stop' || report.signal !== SIGSTOP || !SENT_ON.has(instance.state)) return;
  signalMain(context, process, SIGCONT);
  if (instance.state === 'spawned') advance(context, instance);
}

export function processContinued(context: Context, { instance, slot, process }: Known, pid: number): void {
  context.log('info', `${context.display(instance)} ${slot} process (${pid}) continued by CONT signal`);
  delete process.stopped;
}
