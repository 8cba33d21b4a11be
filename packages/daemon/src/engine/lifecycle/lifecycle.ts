/**
 * The life of instances: goals, state changes and the actions on entering each state (reference: jobs §2–3).
 */

import type { Slot } from '@upstart/common';
import type { Goal, State, StateEntry } from '@upstart/protocol';
import { awaitLease, awaitsLease, giveBackLease, isOutOfTime, losesLease } from '../leases/lease.ts';
import { emitEvent, release, resetCondition } from '../model/blocking.ts';
import { conditionsOf } from '../model/condition-state.ts';
import type { Context } from '../model/context.ts';
import { recordGoal, recordState, type Why } from '../model/history.ts';
import { jobEventEnvironment } from '../model/job-events.ts';
import { takeStart } from '../model/next-run.ts';
import { hasToken } from '../model/process-state.ts';
import { type InstanceState, isEnding, processesOf } from '../model/state.ts';
import { jobCgroup } from '../processes/cgroups.ts';
import { freeHooks, limitHooks } from '../processes/hooks.ts';
import { beginSuccession, cancelKillTimer, killMain, spawnProcess } from '../processes/processes.ts';
import { beginPause, endPause, noteRun } from '../processes/respawn-series.ts';
import { forbidOrders, giveOrder, killStranger, killSuccessor, withdrawOrder } from '../processes/standing-orders.ts';
import { beginChecks, endChecks } from '../readiness/checks.ts';
import { endNotify } from '../readiness/notify.ts';
import { awaitReadiness, endReadiness, isAwaited } from '../readiness/readiness.ts';
import { endSettling } from '../readiness/settling.ts';
import { beginWatchdog, endWatchdog } from '../readiness/watchdog.ts';
import { keptByPreStop } from './causes.ts';
import { classIsIdle } from './classes.ts';
import { noteRest } from './exit-job.ts';
import { dropRestart } from './postponed-restart.ts';
import { beginReadyTime, noteReadyTime } from './ready-time.ts';
import { reloadIfDue } from './reload.ts';
import { nextState } from './transitions.ts';
import { waitForEvent } from './waiting-event.ts';

/** Sets the goal. An instance that rests (waiting, also for its lease, running, in a pause before a respawn, or spawned without being ready) moves at once. */
export function changeGoal(context: Context, instance: InstanceState, goal: Goal, why: Why): void {
  if (instance.goal === goal) return;
  if (why.kind !== 'event') delete instance.chain;
  recordGoal(context, instance, goal, why);
  const { name: job } = context.classOf(instance).definition;
  const { name, goal: from, cause = '' } = instance;
  context.tell({ type: 'goal', job, instance: name, from, to: goal, cause });
  instance.goal = goal;
  if (goal === 'stop') {
    dropRestart(context, instance);
    if (!instance.forced) limitHooks(context, instance);
    const { state } = instance;
    const isPaused = endPause(context, instance);
    const rests = state === 'running' || isPaused || awaitsLease(instance) || waitsToBeReady(context, instance);
    if (rests) advance(context, instance);
    return;
  }
  freeHooks(context, instance);
  delete instance.forced;
  delete instance.restarts;
  if (goal === 'start' && instance.state === 'waiting') advance(context, instance);
}

/** In `spawned`, with a program that runs but is not ready: a stop need not wait for that. */
function waitsToBeReady(context: Context, instance: InstanceState): boolean {
  const { state, processes } = instance;
  if (state !== 'spawned' || processes.main?.phase !== 'executed') return false;
  return isAwaited(instance) || context.classOf(instance).definition.expect !== 'none';
}

/** The main process runs, and `expect` is met: the job has started, unless it has to be ready first. */
export function mainIsUp(context: Context, instance: InstanceState): void {
  if (!awaitReadiness(context, instance)) advance(context, instance);
}

/** Something that the start waited for has come. */
export function advanceIfReady(context: Context, instance: InstanceState): void {
  if (!isAwaited(instance)) advance(context, instance);
}

/** The settle time is over. */
export function settleTimePassed(context: Context, instance: InstanceState): void {
  endSettling(context, instance);
  advanceIfReady(context, instance);
}

/** Ends the pause before a respawn and respawns now. Returns false if there was no pause. */
export function resume(context: Context, instance: InstanceState): boolean {
  if (!endPause(context, instance)) return false;
  advance(context, instance);
  return true;
}

/** The present step has ended: moves to the next state. `after`: the entry of the history that this waited for, of another instance. */
export function advance(context: Context, instance: InstanceState, after = 0): void {
  const hasMain = instance.processes.main !== undefined;
  const { definition } = context.classOf(instance);
  const mainLost = !hasMain && definition.processes.main !== undefined;
  const ending = isEnding(context);
  const unbegun = awaitsLease(instance);
  const hasToStop = losesLease(instance);
  const next = nextState({ goal: instance.goal, state: instance.state, hasMain, mainLost, ending, unbegun, hasToStop });
  if (instance.goal === 'respawn') changeGoal(context, instance, 'start', { kind: 'process' });
  changeState(context, instance, next, after);
}

/** Enters `state`, and those after it that are left at once. Ignored while a starting or stopping event is unfinished. */
function changeState(context: Context, instance: InstanceState, state: State, after = 0): void {
  let target: State | null = state;
  let entry: StateEntry | undefined;
  while (target !== null) {
    if (instance.blocker !== 0) return;
    const from = instance.state;
    if (from === 'post-stop' && target === 'starting' && beginPause(context, instance)) return;
    const { name } = context.classOf(instance).definition;
    context.tell({ type: 'state', job: name, instance: instance.name, from, to: target });
    entry ??= recordState(context, instance, target, after);
    entry.to = target;
    if (from === 'running') {
      withdrawOrder(context, instance);
      endChecks(context, instance);
    }
    if (from === 'spawned') {
      endReadiness(context, instance);
      if (instance.goal === 'start') beginWatchdog(context, instance);
    }
    instance.state = target;
    instance.since = context.wallMs;
    const goesOn: boolean = ENTER[target](context, instance, from);
    if (!goesOn) return;
    const hasMain = instance.processes.main !== undefined;
    const ending = isEnding(context);
    const [unbegun, hasToStop] = [awaitsLease(instance), losesLease(instance)];
    const { goal, state } = instance;
    target = nextState({ goal, state, hasMain, mainLost: false, ending, unbegun, hasToStop });
    if (target === instance.state) return;
  }
}

/** Whether the state is left at once. */
type Entry = (context: Context, instance: InstanceState, from: State) => boolean;

/** Starts the process of a slot, where the job has one; the state after it waits for its end. */
function starts(slot: Slot): Entry {
  return (context, instance) => {
    const defined = context.classOf(instance).definition.processes[slot] !== undefined && !isOutOfTime(instance);
    if (defined && (slot !== 'security' || context.state.settings.apparmor)) spawnProcess(context, instance, slot);
    return true;
  };
}

/** Stays until the slot has no process. */
function waitsFor(slot: Slot): Entry {
  return (_context, instance) => instance.processes[slot] === undefined;
}

const ENTER: Record<State, Entry> = {
  waiting: enterWaiting,
  starting: enterStarting,
  'security-spawning': starts('security'),
  security: waitsFor('security'),
  'pre-starting': starts('pre-start'),
  'pre-start': waitsFor('pre-start'),
  spawning: starts('main'),
  spawned: enterSpawned,
  'post-starting': starts('post-start'),
  'post-start': waitsFor('post-start'),
  running: enterRunning,
  'pre-stopping': starts('pre-stop'),
  'pre-stop': waitsFor('pre-stop'),
  stopping: enterStopping,
  killed: enterKilled,
  'post-stopping': enterPostStopping,
  'post-stop': waitsFor('post-stop'),
};

function enterStarting(context: Context, instance: InstanceState): boolean {
  if (!awaitLease(context, instance)) beginStart(context, instance);
  return false;
}

/** The instance has the lease that it needs, or needs none. */
export function beginStart(context: Context, instance: InstanceState): void {
  if (instance.startEnv) {
    takeStart(context, instance, instance.startEnv);
    // A process started by a standing order has the old variables.
    forbidOrders(context, instance);
  }
  context.setTable(instance, 'stopEnv', []);
  instance.failure = null;
  instance.hints = [];
  delete instance.reloads;
  beginReadyTime(context, instance);
  waitForEvent(context, instance, 'starting');
}

function enterRunning(context: Context, instance: InstanceState, from: State): boolean {
  if (from === 'pre-stop') {
    context.setTable(instance, 'stopEnv', []);
    instance.cause = keptByPreStop(instance.cause ?? '');
    release(context, instance, false);
  } else {
    emitEvent(context, 'started', jobEventEnvironment(context, instance, false), instance.lastChange, instance.chain);
    if (!context.classOf(instance).definition.task) release(context, instance, false);
    noteRun(context, instance);
    noteReadyTime(context, instance);
  }
  reloadIfDue(context, instance);
  giveOrder(context, instance);
  beginChecks(context, instance);
  return false;
}

function enterStopping(context: Context, instance: InstanceState): boolean {
  endWatchdog(context, instance);
  waitForEvent(context, instance, 'stopping');
  const { restarts } = instance;
  delete instance.restarts;
  if (restarts && !isEnding(context)) changeGoal(context, instance, 'start', { kind: 'event' });
  return false;
}

/** A process started by a standing order may run already. */
function enterSpawned(context: Context, instance: InstanceState): boolean {
  const { main } = instance.processes;
  return main === undefined || (main.phase === 'executed' && !awaitReadiness(context, instance));
}

function enterKilled(context: Context, instance: InstanceState): boolean {
  if (!instance.processes.main && instance.goal === 'stop') beginSuccession(context, instance);
  if (!instance.processes.main) return true;
  // The end of its lease may have sent the signal, or SIGKILL, before.
  if (instance.killTimer === 0 && !isOutOfTime(instance)) killMain(context, instance);
  return false;
}

function enterPostStopping(context: Context, instance: InstanceState, from: State): boolean {
  const { name } = context.classOf(instance).definition;
  const cgroup = jobCgroup(context.state.settings, name, instance.name);
  if (cgroup !== null) context.command((id) => ({ type: 'kill-cgroup', id, cgroup }));
  return starts('post-stop')(context, instance, from);
}

function enterWaiting(context: Context, instance: InstanceState): boolean {
  killSuccessor(context, instance);
  giveBackLease(context, instance);
  const jobClass = context.classOf(instance);
  const { name } = jobClass.definition;
  noteRest(
    context,
    instance,
    emitEvent(context, 'stopped', jobEventEnvironment(context, instance, true), instance.lastChange, instance.chain),
  );
  release(context, instance, false);
  for (const [, condition] of conditionsOf(instance)) resetCondition(context, condition);
  jobClass.last = {
    instance: instance.name,
    at: context.wallMs,
    text: instance.failure ? instance.failure.text : `stopped ${instance.cause ?? 'as asked for'}`,
    failure: instance.failure,
    respawns: instance.respawns,
    hints: instance.hints,
    ...(instance.lastExit ? { exit: instance.lastExit } : {}),
  };
  jobClass.instances.delete(instance.name);
  context.removeInstance(instance);
  context.notify({ event: 'instance-removed', job: name, instance: instance.name });
  if (jobClass.instances.size === 0) classIsIdle(context, jobClass);
  return false;
}

/** Removes an instance at once, because of an error in init: kills its processes without waiting for them. */
export function abandon(context: Context, instance: InstanceState): void {
  const text = 'init had a fault with it, and has ended it';
  context.logAbout(instance, 'error', `${context.display(instance)}: ${text}`);
  cancelKillTimer(context, instance);
  endPause(context, instance);
  endReadiness(context, instance);
  endNotify(context, instance);
  endChecks(context, instance);
  for (const [, process] of processesOf(instance)) {
    if (hasToken(process)) killStranger(context, process.token);
    context.removeProcess(process.token);
  }
  instance.processes = {};
  delete instance.successor;
  instance.failure ??= { slot: 'main', status: -1, text, state: instance.state, at: context.wallMs };
  release(context, instance, true);
  const blocker = context.state.events.get(instance.blocker);
  if (blocker) blocker.instances = blocker.instances.filter((id) => id !== instance.id);
  instance.blocker = 0;
  const { name: job } = context.classOf(instance).definition;
  if (instance.goal !== 'stop') {
    const cause = 'after a fault of init';
    recordGoal(context, instance, 'stop', { kind: 'init', text: cause });
    context.tell({ type: 'goal', job, instance: instance.name, from: instance.goal, to: 'stop', cause });
    instance.goal = 'stop';
  }
  changeState(context, instance, 'waiting');
}
