/** `watchdog`: the main process of a started job has to say WATCHDOG=1 often enough. */
import { durationText, secondsInWords } from '@upstart/common';
import type { Context } from '../model/context.ts';
import { hasPid } from '../model/process-state.ts';
import type { InstanceState } from '../model/state.ts';
import { killGroup, signalProcess } from '../processes/processes.ts';
import { notifyOf } from './notify.ts';

/** So that a core tells what it was doing. */
const SIGABRT = 6;

/** The job has started, with a main process: the time begins. */
export function beginWatchdog(context: Context, instance: InstanceState): void {
  const { watchdogMs } = context.classOf(instance).definition;
  const { main } = instance.processes;
  if (watchdogMs === 0 || !context.watchesHealth || !main || !hasPid(main)) return;
  const notify = notifyOf(instance);
  if (notify.watchdog || notify.isStopping) return;
  notify.watchdog = { timer: armFor(context, instance, watchdogMs), fedMs: context.nowMs };
}

/** The job or its process is about to stop: nothing is expected of it any more. */
export function endWatchdog(context: Context, { notify }: InstanceState): void {
  if (!notify?.watchdog) return;
  context.disarm(notify.watchdog.timer);
  delete notify.watchdog;
}

/** WATCHDOG=1. The timer is not moved: it looks at this when it goes off. */
export function fed(context: Context, { notify }: InstanceState): void {
  if (notify?.watchdog) notify.watchdog.fedMs = context.nowMs;
}

/** The timer has gone off: the process has been silent for too long, or not long enough; or SIGABRT has not ended it. */
export function watchdogTimePassed(context: Context, instance: InstanceState, isLate: boolean): void {
  const { watchdogMs } = context.classOf(instance).definition;
  const watchdog = instance.notify?.watchdog;
  if (!watchdog) return;
  const leftMs = watchdog.fedMs + watchdogMs - context.nowMs;
  if (watchdog.isOver) {
    endWatchdog(context, instance);
    killGroup(context, instance);
  } else if (leftMs > 0) {
    watchdog.timer = armFor(context, instance, leftMs);
  } else if (isLate) {
    watchdog.fedMs = context.nowMs;
    watchdog.timer = armFor(context, instance, watchdogMs);
  } else {
    const time = durationText(watchdogMs) ?? secondsInWords(watchdogMs);
    expire(context, instance, `did not say WATCHDOG=1 within ${time} (\`watchdog\`)`);
  }
}

/** WATCHDOG=trigger: the process itself has found that it does not work. */
export function triggered(context: Context, instance: InstanceState): void {
  if (!instance.notify?.watchdog || instance.notify.watchdog.isOver) return;
  expire(context, instance, 'said WATCHDOG=trigger');
}

/** The process gets SIGABRT, and its process group SIGKILL after the kill timeout. Its end is judged like any other. */
function expire(context: Context, instance: InstanceState, why: string): void {
  const { killTimeoutS } = context.classOf(instance).definition;
  const { main } = instance.processes;
  const watchdog = instance.notify?.watchdog;
  if (!main || !watchdog) return;
  const text = `main process ${why}`;
  instance.hints.push(text);
  const line = `${context.display(instance)} ${text}: sending ABRT signal to it (${main.pid})`;
  context.logAbout(instance, 'warn', line, { slot: 'main', pid: main.pid });
  signalProcess(context, main, SIGABRT);
  context.disarm(watchdog.timer);
  watchdog.isOver = true;
  watchdog.timer = armFor(context, instance, killTimeoutS * 1000);
}

function armFor(context: Context, instance: InstanceState, delayMs: number): number {
  return context.arm(delayMs, { kind: 'watchdog', instance: instance.id });
}
