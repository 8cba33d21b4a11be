/** The time limit of hooks whose job is to stop. */
import { SIGKILL, type Slot, signalName } from '@upstart/common';
import type { Context } from '../model/context.ts';
import type { ProcessState } from '../model/process-state.ts';
import type { InstanceState } from '../model/state.ts';
import type { TimerAction } from '../model/timers.ts';

type HookAction = Extract<TimerAction, { kind: 'hook' }>;

const HOOKS = ['security', 'pre-start', 'post-start', 'pre-stop', 'post-stop'] as const;

/** The hooks of an instance that run. */
export function* runningHooks({ processes }: InstanceState): Generator<[Slot, ProcessState]> {
  for (const slot of HOOKS) {
    const process = processes[slot];
    if (process) yield [slot, process];
  }
}

/** The job is to stop: limits the time of its running hooks, if a hook timeout is set or the stop is forced. */
export function limitHooks(context: Context, instance: InstanceState): void {
  const { hookTimeoutS, killTimeoutS, killSignal } = context.classOf(instance).definition;
  const usual = hookTimeoutS ?? context.state.settings.hookTimeoutS;
  const { forced = false } = instance;
  if (usual === 0 && !forced) return;
  const seconds = forced ? Math.min(usual || killTimeoutS, killTimeoutS) : usual;
  for (const [slot, { token }] of runningHooks(instance))
    armHookTimer(context, instance, seconds, { slot, token, signal: killSignal });
}

/** The stop was taken back: hooks that run have no limit any more, unless they are being ended already. */
export function freeHooks(context: Context, instance: InstanceState): void {
  const tokens = new Set([...runningHooks(instance)].map(([, { token }]) => token));
  if (tokens.size === 0) return;
  for (const { id, action } of context.state.timers.values())
    if (action.kind === 'hook' && tokens.has(action.token) && !action.last) context.disarm(id);
}

/** A stop is forced: hooks that run get the kill signal now, those that come get it after the kill timeout. */
export function forceHooks(context: Context, instance: InstanceState): void {
  const { forced: repeats = false } = instance;
  instance.forced = true;
  const { killTimeoutS, killSignal } = context.classOf(instance).definition;
  const signal = killTimeoutS === 0 ? SIGKILL : killSignal;
  for (const [slot, process] of runningHooks(instance))
    endHook(context, instance, slot, process, signal, repeats && isToBeKilled(context, process));
}

/** The timer for SIGKILL is armed. */
function isToBeKilled({ state }: Context, { token }: ProcessState): boolean {
  for (const { action } of state.timers.values())
    if (action.kind === 'hook' && action.token === token && action.last) return true;
  return false;
}

function armHookTimer(
  context: Context,
  instance: InstanceState,
  seconds: number,
  action: Pick<HookAction, 'slot' | 'token' | 'signal' | 'last'>,
): void {
  context.arm(seconds * 1000, { kind: 'hook', instance: instance.id, ...action });
}

/** The hook timeout has passed: sends the kill signal, and SIGKILL after the kill timeout. */
export function hookTimeoutPassed(context: Context, action: HookAction): void {
  const { slot, token, signal } = action;
  const instance = context.instance(action.instance);
  const process = instance?.processes[slot];
  if (instance && process?.token === token) endHook(context, instance, slot, process, signal);
}

/** `isLimited`: SIGKILL follows already. */
function endHook(
  context: Context,
  instance: InstanceState,
  slot: Slot,
  process: ProcessState,
  signal: number,
  isLimited = false,
): void {
  const name = signalName(signal) ?? signal;
  const text = `${slot} process (${process.pid}) had its time (${instance.forced ? 'forced stop' : 'hook timeout'})`;
  if (!instance.hints.includes(text)) instance.hints.push(text);
  const line = `${context.display(instance)} ${text}: sending ${name} signal`;
  context.logAbout(instance, 'warn', line, { slot, pid: process.pid });
  const { token } = process;
  context.command((id) => ({ type: 'signal', id, process: token, signal, group: true }));
  const { killTimeoutS } = context.classOf(instance).definition;
  if (signal !== SIGKILL && !isLimited)
    armHookTimer(context, instance, killTimeoutS, { slot, token, signal: SIGKILL, last: true });
}
