/**
 * Adopting processes that the supervisor runs and the state does not know, because the saved state was lost or is
 * outdated. The job of a process is read from /proc; its history is not known.
 */
import { isDeepStrictEqual } from 'node:util';
import { SLOTS, type Slot } from '@upstart/common';
import { emptyDefinition, type JobDefinition, type ProcessDefinition } from '@upstart/job-language';
import { mergeVariables, unsetVariable } from '../environment/environment.ts';
import { moveDeadlines } from '../leases/lease.ts';
import { addClass } from '../lifecycle/classes.ts';
import { findOrCreateInstance } from '../lifecycle/instances.ts';
import { leaseNotKnown } from '../lifecycle/lease-end.ts';
import { changeGoal } from '../lifecycle/lifecycle.ts';
import { dropRestart } from '../lifecycle/postponed-restart.ts';
import { release } from '../model/blocking.ts';
import type { Context } from '../model/context.ts';
import { recordGoal, recordProcess, recordState } from '../model/history.ts';
import type { Adoption, FoundProcess } from '../model/messages.ts';
import { setStart } from '../model/next-run.ts';
import { hasToken, newProcess, type ProcessState } from '../model/process-state.ts';
import { type ClassState, type InstanceState, processesOf } from '../model/state.ts';
import { beginSuccession, cancelKillTimer } from '../processes/processes.ts';
import { endPause } from '../processes/respawn-series.ts';
import {
  commandLine,
  FILE_VARIABLES,
  NOTIFY_VARIABLES,
  PROBE_VARIABLE,
  SUPPLIED_VARIABLES,
} from '../processes/spawn-spec.ts';
import { addSuccessor, dropSuccessor, endOrders, killStranger, withdrawOrder } from '../processes/standing-orders.ts';
import { beginChecks, endChecks } from '../readiness/checks.ts';
import { endNotify } from '../readiness/notify.ts';
import { endReadiness } from '../readiness/readiness.ts';
import { beginWatchdog } from '../readiness/watchdog.ts';
import { messagesLost } from './notify-reports.ts';
import { processSpawned } from './process-reports.ts';

/** The state of an instance by its running hook. Without one it is `running`. */
const GOALS: readonly (readonly [slot: Exclude<Slot, 'main'>, goal: 'start' | 'stop'])[] = [
  ['post-stop', 'stop'],
  ['pre-stop', 'stop'],
  ['post-start', 'start'],
  ['pre-start', 'start'],
  ['security', 'start'],
];

const BESIDE_MAIN = ['post-start', 'pre-stop'] as const;

/** Makes the state agree with the supervisor's table of processes. */
export function adopt(context: Context, { lastCommand, acknowledged = 0, alive: processes, unknown }: Adoption): void {
  const { state } = context;
  // The supervisor ignores commands with old numbers.
  state.nextCommand = Math.max(state.nextCommand, lastCommand + 1);
  const alive = new Map(processes.map(({ process, pid }) => [process, pid]));
  const moved = new Set<InstanceState>();
  for (const found of unknown) {
    const instance = adoptProcess(context, found, alive);
    if (instance) moved.add(instance);
  }
  for (const instance of moved) settle(context, instance);
  if (context.state.quiesce) for (const instance of moved) changeGoal(context, instance, 'stop', { kind: 'init' });
  for (const instance of context.state.instances.values()) compare(context, instance, lastCommand, alive);
  for (const instance of moved) if (context.instance(instance.id) === instance) leaseNotKnown(context, instance);
  // Processes may have later deadlines than an old state knows.
  for (const instance of state.instances.values())
    if (instance.lease?.token) moveDeadlines(context, instance, instance.lease);
  for (const { token } of state.probeProcesses?.values() ?? [])
    if (token <= lastCommand && !alive.has(token)) probe(context, token);
  if (acknowledged <= state.lastReport) return;
  state.lastReport = acknowledged;
  // Of those whose program is not known to run yet, probes tell (`reports.ts`).
  state.lostUpTo = lastCommand;
  for (const instance of [...state.instances.values()]) messagesLost(context, instance);
}

/** Gives the process to its instance, and drops that one's dead processes. Undefined for one that is not recognised. */
function adoptProcess(
  context: Context,
  found: FoundProcess,
  alive: ReadonlyMap<number, number>,
): InstanceState | undefined {
  if (found.job === null) {
    const text = `Process ${found.pid} belongs to no job that could be found out, and is left alone`;
    context.log('error', text, { pid: found.pid });
    return undefined;
  }
  // The state that waited for its result is lost.
  if (found.env.some((entry) => entry.startsWith(`${PROBE_VARIABLE}=`))) {
    killStranger(context, found.process);
    return undefined;
  }
  const jobClass = context.state.classes.get(found.job) ?? addForgottenClass(context, found.job);
  const instance = findOrCreateInstance(context, jobClass, found.instance);
  for (const [slot, { token }] of Object.entries(instance.processes)) {
    if (!alive.has(token)) drop(context, instance, slot as Slot, alive);
  }
  if (instance.successor && !alive.has(instance.successor.token)) dropSuccessor(context, instance);
  const { process: token, pid } = found;
  const slot = slotOf(jobClass.definition, instance, found.argv);
  if (slot === undefined) {
    const text = `Process ${pid} of ${context.display(instance)} is one too many, and is left alone`;
    context.logAbout(instance, 'error', text, { pid });
    return instance;
  }
  instance.processes[slot] = { ...newProcess(token, false, pid), phase: 'executed' };
  context.addProcess(token, instance, slot);
  // An unknown standing order.
  if (slot === 'main') withdrawUnknownOrder(context, token);
  context.setTable(instance, 'env', ownEnvironment(found.env));
  const text = `${context.display(instance)} ${slot} process (${pid}) was found running and is adopted`;
  context.logAbout(instance, 'error', text, { slot, pid });
  recordProcess(context, instance, slot, pid);
  context.tell({ type: 'process', job: found.job, instance: found.instance, slot, pid });
  return instance;
}

/** A class without a file: it exists until its last instance has ended. */
function addForgottenClass(context: Context, name: string): ClassState {
  const jobClass = addClass(context, emptyDefinition(name, ''));
  jobClass.next = { definition: null };
  return jobClass;
}

/** The process has ended. Its successor by an order replaces it. */
function drop(context: Context, instance: InstanceState, slot: Slot, alive: ReadonlyMap<number, number>): void {
  if (slot === 'main') {
    cancelKillTimer(context, instance);
    findSuccessor(context, instance, alive);
    endOrders(instance);
    endNotify(context, instance);
  }
  context.removeProcess((instance.processes[slot] as ProcessState).token);
  delete instance.processes[slot];
  if (slot === 'main') beginSuccession(context, instance);
}

/** Processes that orders for the end of the main process have started, by the supervisor's table: the report of it may be lost. */
function findSuccessor(context: Context, instance: InstanceState, alive: ReadonlyMap<number, number>): void {
  for (const order of instance.orders ?? []) {
    const pid = alive.get(order);
    if (pid !== undefined) addSuccessor(context, instance, order, pid);
  }
}

/** The slot that this is the command line of; if that is not known, the main process, or else a hook that runs beside it. */
function slotOf(definition: JobDefinition, instance: InstanceState, argv: readonly string[]): Slot | undefined {
  const free = SLOTS.filter((slot) => instance.processes[slot] === undefined);
  const defined = free.filter((slot) => definition.processes[slot] !== undefined);
  const fitting = defined.filter((slot) =>
    isDeepStrictEqual(commandLine(definition.processes[slot] as ProcessDefinition).argv, argv),
  );
  if (fitting.length === 1) return fitting[0];
  if (free.includes('main')) return 'main';
  const beside = (slots: readonly Slot[]): Slot | undefined => BESIDE_MAIN.find((slot) => slots.includes(slot));
  return beside(defined) ?? beside(free);
}

/** The environment of the process without what every process of a job gets on top. */
function ownEnvironment(processEnv: readonly string[]): string[] {
  const env: string[] = [];
  mergeVariables(
    env,
    processEnv.filter((entry) => entry.includes('=')),
  );
  for (const name of [...SUPPLIED_VARIABLES, ...NOTIFY_VARIABLES, ...FILE_VARIABLES]) unsetVariable(env, name);
  return env;
}

/** Sets the state of the instance by its processes. It waits for no event; waiters of the instance keep waiting. */
function settle(context: Context, instance: InstanceState): void {
  const { name: job, task } = context.classOf(instance).definition;
  const [state, goal] = GOALS.find(([slot]) => instance.processes[slot]) ?? (['running', 'start'] as const);
  const blocker = context.state.events.get(instance.blocker);
  if (blocker) blocker.instances = blocker.instances.filter((id) => id !== instance.id);
  instance.blocker = 0;
  endPause(context, instance);
  endReadiness(context, instance);
  endChecks(context, instance);
  // The process that it would replace has been replaced, or has ended.
  delete instance.restarts;
  if (goal === 'stop') dropRestart(context, instance);
  setStart(context, instance, null);
  if (state !== 'running') withdrawOrder(context, instance);
  if (state === 'running' && !task) release(context, instance, false);
  if (instance.goal !== goal) {
    const cause = 'as its processes were found';
    recordGoal(context, instance, goal, { kind: 'init', text: cause });
    context.tell({ type: 'goal', job, instance: instance.name, from: instance.goal, to: goal, cause });
  }
  if (instance.state !== state) {
    recordState(context, instance, state, 0);
    context.tell({ type: 'state', job, instance: instance.name, from: instance.state, to: state });
  }
  instance.goal = goal;
  instance.state = state;
  if (state === 'running') beginWatchdog(context, instance);
  if (state === 'running') beginChecks(context, instance);
}

/**
 * Compares known processes with the supervisor's table. A missing report may still come, or may have gone to a daemon whose state is lost.
 * A signal that does nothing tells: its answer comes after all earlier reports; see `Engine.signalled`.
 */
function compare(
  context: Context,
  instance: InstanceState,
  lastCommand: number,
  alive: ReadonlyMap<number, number>,
): void {
  for (const [slot, process] of processesOf(instance)) {
    const { token } = process;
    if (token > lastCommand || !hasToken(process)) continue;
    const pid = alive.get(token);
    if (pid !== undefined && pid !== process.pid) {
      if (process.phase === 'asked') processSpawned(context, { instance, slot, process }, pid);
      process.pid = pid;
    }
    if (pid !== undefined && process.phase === 'executed') continue;
    probe(context, token);
  }
  const { main } = instance.processes;
  if (!main) return;
  if (alive.has(main.token)) {
    // The supervisor may hold an order that the state does not know.
    if (main.orderable && !instance.orderHolds) withdrawUnknownOrder(context, main.token);
  } else {
    findSuccessor(context, instance, alive);
    for (const order of instance.orders ?? []) probe(context, order);
  }
}

function withdrawUnknownOrder(context: Context, token: number): void {
  context.command((id) => ({ type: 'withdraw-standing-order', id, process: token }));
}

function probe(context: Context, token: number): void {
  context.command((id) => ({ type: 'signal', id, process: token, signal: 0, group: false }));
}
