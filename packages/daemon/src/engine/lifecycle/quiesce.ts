/**
 * The end of a session or a container: every job is stopped, and init ends when no process is left (reference: system §7).
 */
import { counted, mentionsEvent, SIGKILL } from '@upstart/common';
import { release } from '../model/blocking.ts';
import type { Context } from '../model/context.ts';
import { emitOwnEvent } from '../model/history.ts';
import { hasToken } from '../model/process-state.ts';
import { processesOf, type QuiesceState } from '../model/state.ts';
import { killStranger } from '../processes/standing-orders.ts';
import { isExitJob, noteExitStatus } from './exit-job.ts';
import { abandon, changeGoal } from './lifecycle.ts';

/** How long, in milliseconds, jobs that `session-end` started may run before they are stopped, too. */
const WAIT_PHASE_MS = 5000;
/** The least time for jobs to stop. */
const KILL_PHASE_MS = 5000;
const CHECK_EVERY_MS = 1000;

export function beginQuiesce(context: Context, reason: QuiesceState['reason']): void {
  const { state } = context;
  if (state.quiesce || state.settings.pid1) return;
  context.log('info', `Quiescing due to ${reason} request`);
  const phase = reason === 'logout' && somebodyWantsSessionEnd(context) ? 'wait' : 'kill';
  state.quiesce = { reason, phase, beganMs: context.nowMs, phaseBeganMs: context.nowMs };
  emitOwnEvent(context, 'session-end', [`TYPE=${reason}`]);
  stopEverything(context);
  context.arm(CHECK_EVERY_MS, { kind: 'quiesce' });
}

/** Ends init if its job has ended and no event has restarted it; returns whether it does. Called after events have been handled. */
export function endWithJob(context: Context): boolean {
  const { exitJob, quiesce, instances, events } = context.state;
  if (!exitJob?.stopped || quiesce || events.get(exitJob.stopped)?.handled === false) return false;
  exitJob.stopped = 0;
  for (const instance of instances.values()) if (isExitJob(context, instance)) return false;
  const { exitWith } = context.state.settings;
  const text = `${exitWith} has ended with status ${exitJob.status}, and init with it`;
  context.log('message', text, exitWith === null ? {} : { job: exitWith });
  beginQuiesce(context, 'shutdown');
  return true;
}

function somebodyWantsSessionEnd(context: Context): boolean {
  for (const { definition } of context.state.classes.values()) {
    if (definition.startOn && mentionsEvent(definition.startOn, 'session-end')) return true;
  }
  return false;
}

function stopEverything(context: Context): void {
  for (const instance of [...context.state.instances.values()]) {
    if (instance.goal === 'stop') continue;
    if (!context.isAbout(instance)) {
      abandon(context, instance);
      continue;
    }
    instance.cause = 'by the end of the session';
    // As with any stop: releases waiters for the start, also a job that waits for its own event.
    release(context, instance, false);
    changeGoal(context, instance, 'stop', { kind: 'init' });
  }
  context.concern = null;
}

/** Called every second. */
export function quiesceTimerPassed(context: Context): void {
  const { quiesce } = context.state;
  if (!quiesce || context.state.ended) return;
  const elapsedMs = context.nowMs - quiesce.phaseBeganMs;
  if (quiesce.phase === 'wait' && (elapsedMs >= WAIT_PHASE_MS || !hasProcesses(context))) {
    quiesce.phase = 'kill';
    quiesce.phaseBeganMs = context.nowMs;
    stopEverything(context);
  } else if (quiesce.phase === 'kill' && isOutOfTime(context, elapsedMs)) {
    for (const instance of context.state.instances.values()) {
      context.logAbout(instance, 'warn', `job ${context.display(instance)} failed to stop`);
    }
    if (context.state.settings.stopTimeoutS) killEverything(context);
    end(context);
    return;
  }
  context.arm(CHECK_EVERY_MS, { kind: 'quiesce' });
}

function isOutOfTime(context: Context, elapsedMs: number): boolean {
  const { stopTimeoutS } = context.state.settings;
  return stopTimeoutS ? elapsedMs >= stopTimeoutS * 1000 : elapsedMs > longestStop(context);
}

/** A stop timeout has passed: no process may be left. */
function killEverything(context: Context): void {
  for (const instance of context.state.instances.values()) {
    for (const [slot, process] of processesOf(instance)) {
      if (hasToken(process)) killStranger(context, process.token);
      if (slot === 'main') noteExitStatus(context, instance, SIGKILL << 8);
    }
  }
}

function longestStop(context: Context): number {
  let longest = KILL_PHASE_MS;
  for (const instance of context.state.instances.values()) {
    longest = Math.max(longest, context.classOf(instance).definition.killTimeoutS * 1000);
  }
  return longest;
}

function hasProcesses(context: Context): boolean {
  for (const { processes } of context.state.instances.values()) if (Object.keys(processes).length > 0) return true;
  return false;
}

/** Ends init once no process is left. Called after every input. */
export function endIfQuiet(context: Context): void {
  const { quiesce, ended } = context.state;
  // While the queue is paused, events may still start something; `isOutOfTime` bounds that.
  if (!quiesce || ended || context.state.paused || hasProcesses(context)) return;
  // Does not wait for jobs that a half-met condition blocks: nothing will release them.
  if (context.state.instances.size === 0 || quiesce.phase === 'kill') end(context);
}

function end(context: Context): void {
  const { state } = context;
  const quiesce = state.quiesce as QuiesceState;
  const seconds = Math.floor((context.nowMs - quiesce.beganMs) / 1000);
  const took = seconds === 0 ? '<1 second' : counted(seconds, 'second');
  context.log('info', `Quiesce ${quiesce.reason} sequence took ${took}`);
  state.ended = true;
  context.command((id) => ({ type: 'end', id, status: state.exitJob?.status ?? 0 }));
}
