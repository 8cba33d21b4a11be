/** What a start waits for with `expect notify` and `expect fd`, and the state of what the main process has said. */
import type { JobDefinition } from '@upstart/job-language';
import { upstartError } from '@upstart/protocol';
import { reply, replyError } from '../model/blocking.ts';
import type { Context } from '../model/context.ts';
import type { NotifyState } from '../model/notify-state.ts';
import type { InstanceState } from '../model/state.ts';

/** The pause in which RELOADING=1 has to follow the signal of a reload, in milliseconds: without it the signal was the answer. */
const RELOADING_MS = 500;

/** Whether the main process has to say that it is ready. */
export function hasToSay({ expect }: Pick<JobDefinition, 'expect'>): boolean {
  return expect === 'notify' || expect === 'fd';
}

/** The state of what the main process says, which begins with this. */
export function notifyOf(instance: InstanceState): NotifyState {
  instance.notify ??= {};
  return instance.notify;
}

/** The program runs: the start waits until it says that it is ready. */
export function awaitMessage(context: Context, instance: InstanceState): void {
  const { readyTimeoutMs } = context.classOf(instance).definition;
  const notify = notifyOf(instance);
  notify.awaited ??= {
    timer: context.arm(readyTimeoutMs, { kind: 'ready', instance: instance.id }),
  };
}

/** It is ready, or the start is over. Returns whether it was waited for. */
export function endAwaited(context: Context, { notify }: InstanceState): boolean {
  if (!notify?.awaited) return false;
  context.disarm(notify.awaited.timer);
  delete notify.awaited;
  return true;
}

/** The signal of a reload has been sent: its answer waits for what the process says. False: it says nothing. */
export function awaitReload(context: Context, instance: InstanceState, key: string): boolean {
  if (context.classOf(instance).definition.expect !== 'notify' || instance.state !== 'running') return false;
  const notify = notifyOf(instance);
  if (notify.reload) {
    notify.reload.keys.push(key);
    return true;
  }
  // It may reload already: because of a signal of somebody else, or since longer than the first request could wait.
  const delayMs = notify.isReloading ? context.classOf(instance).definition.readyTimeoutMs : RELOADING_MS;
  notify.reload = { keys: [key], timer: context.arm(delayMs, { kind: 'reload', instance: instance.id }) };
  return true;
}

/** It has said RELOADING=1: from now on the answer waits for READY=1. */
export function reloadBegun(context: Context, instance: InstanceState): void {
  const notify = notifyOf(instance);
  if (notify.isReloading) return;
  notify.isReloading = true;
  if (!notify.reload) return;
  const { readyTimeoutMs } = context.classOf(instance).definition;
  context.disarm(notify.reload.timer);
  notify.reload.timer = context.arm(readyTimeoutMs, { kind: 'reload', instance: instance.id });
}

/** It has said READY=1 after RELOADING=1. */
export function reloadEnded(context: Context, { notify }: InstanceState): void {
  if (!notify?.isReloading) return;
  delete notify.isReloading;
  answerReload(context, notify, true);
}

/** It has not begun to reload, so the signal was all; or has not become ready again before the ready timeout. */
export function reloadTimePassed(context: Context, instance: InstanceState): void {
  const { notify } = instance;
  if (!notify?.reload) return;
  if (notify.isReloading) {
    const text = `${context.display(instance)} was not ready again before the ready timeout, after its reload`;
    context.logAbout(instance, 'warn', text, { slot: 'main' });
  }
  answerReload(context, notify, !notify.isReloading);
}

/** The main process has ended. */
export function endNotify(context: Context, instance: InstanceState): void {
  const { notify } = instance;
  if (!notify) return;
  endAwaited(context, instance);
  answerReload(context, notify, false);
  if (notify.watchdog) context.disarm(notify.watchdog.timer);
  delete instance.notify;
}

function answerReload(context: Context, notify: NotifyState, isDone: boolean): void {
  const { reload } = notify;
  if (!reload) return;
  context.disarm(reload.timer);
  delete notify.reload;
  for (const key of reload.keys) {
    if (isDone) reply(context, key, null);
    else replyError(context, key, upstartError('job-failed-to-reload').toWire());
  }
}
