/** The consequences of what a main process says of itself: messages of sd_notify(3), and `expect fd`. */
import { errnoText } from '@upstart/common';
import type { Report } from '../../supervisor/process-messages.ts';
import { mainIsUp } from '../lifecycle/lifecycle.ts';
import type { Context } from '../model/context.ts';
import type { ProcessState } from '../model/process-state.ts';
import type { InstanceState } from '../model/state.ts';
import type { TimerAction } from '../model/timers.ts';
import { endAwaited, notifyOf, reloadBegun, reloadEnded } from '../readiness/notify.ts';
import { assignments, decimal, statusText } from '../readiness/notify-message.ts';
import { endWatchdog, fed, triggered } from '../readiness/watchdog.ts';
import type { Known } from './process-reports.ts';

const EPERM = 1;
const EPIPE = 32;

/** The most that one EXTEND_TIMEOUT_USEC adds, in µs: a day. */
const MAX_EXTEND_US = 86_400_000_000;
/** The longest pause between the close of the descriptor and the end of the process, which is what counts if it comes, in milliseconds. */
const CLOSED_MS = 1000;
const MAX_ERRNO = 4095;

type Notified = Extract<Report, { type: 'notified' }>;

/** What each assignment does; others mean nothing here. */
const MEANINGS: Readonly<
  Record<string, (context: Context, instance: InstanceState, value: string, main: ProcessState) => void>
> = {
  READY: (context, instance, value) => value === '1' && isReady(context, instance),
  STATUS: (_context, instance, value) => {
    const status = statusText(value);
    if (status === undefined) delete notifyOf(instance).status;
    else notifyOf(instance).status = status;
  },
  ERRNO: (_context, instance, value) => {
    const errno = decimal(value, MAX_ERRNO);
    if (errno !== null) notifyOf(instance).errno = errno;
  },
  STOPPING: (context, instance, value) => {
    if (value !== '1') return;
    notifyOf(instance).isStopping = true;
    endWatchdog(context, instance);
  },
  RELOADING: (context, instance, value) => value === '1' && reloadBegun(context, instance),
  EXTEND_TIMEOUT_USEC: extend,
  WATCHDOG: (context, instance, value) => {
    if (value === '1') fed(context, instance);
    else if (value === 'trigger') triggered(context, instance);
  },
  MAINPID: (context, instance, value, main) => {
    if (value === String(main.pid)) return;
    complain(context, instance, 'MAINPID', `names process ${cut(value)} as its main process, which is none of the job`);
  },
  FDSTORE: (context, instance) =>
    complain(
      context,
      instance,
      'FDSTORE',
      'asks to have descriptors kept (FDSTORE), which init does not: they are closed',
    ),
};

/** A process has said something. Of others than the main one nothing is expected. */
export function notified(context: Context, { instance, slot, process }: Known, report: Notified): void {
  if (slot !== 'main' || process === instance.successor) return;
  if (report.errno === EPERM) refused(context, instance, report);
  else if (report.errno === EPIPE) closed(context, instance);
  else if (report.errno !== 0)
    complain(context, instance, 'message', `sent a message that is dropped: ${errnoText(report.errno)}`);
  else for (const [key, value] of assignments(report.detail)) MEANINGS[key]?.(context, instance, value, process);
}

function isReady(context: Context, instance: InstanceState, how = 'says that it is ready'): void {
  reloadEnded(context, instance);
  if (instance.state !== 'spawned' || !endAwaited(context, instance)) return;
  context.logAbout(instance, 'info', `${context.display(instance)} ${how}`, { slot: 'main' });
  mainIsUp(context, instance);
}

/** Reports were lost with the state, and what the main process has said may have been among them: it would never say so again. */
export function messagesLost(context: Context, instance: InstanceState): void {
  if (instance.processes.main?.phase === 'executed')
    isReady(context, instance, 'counts as ready, as its messages may be lost');
}

/** It can never be ready. Mostly it is about to end, and its end says more. */
function closed(context: Context, instance: InstanceState): void {
  const awaited = instance.notify?.awaited;
  if (!awaited || awaited.isClosed) return;
  awaited.isClosed = true;
  const left = (context.state.timers.get(awaited.timer)?.dueMs ?? 0) - context.nowMs;
  if (left <= CLOSED_MS) return;
  context.disarm(awaited.timer);
  awaited.timer = context.arm(CLOSED_MS, { kind: 'ready', instance: instance.id });
}

/** More time for the step that has a limit: the start, the stop, or a reload. */
function extend(context: Context, instance: InstanceState, value: string): void {
  const us = decimal(value, MAX_EXTEND_US);
  if (us === null) return;
  const delayMs = Math.ceil(us / 1000);
  const later = (
    timer: number,
    kind: Extract<TimerAction, { instance: number }>['kind'] & ('ready' | 'kill' | 'reload'),
  ): number => {
    const known = context.state.timers.get(timer);
    if (!known || known.dueMs >= context.nowMs + delayMs) return timer;
    context.disarm(timer);
    return context.arm(delayMs, { kind, instance: instance.id });
  };
  const { notify, readiness } = instance;
  for (const waiting of [notify?.awaited, readiness]) {
    if (!waiting || (waiting === notify?.awaited && notify.awaited.isClosed)) continue;
    waiting.timer = later(waiting.timer, 'ready');
  }
  if (notify?.reload && notify.isReloading) notify.reload.timer = later(notify.reload.timer, 'reload');
  // Nobody waits for a job when init ends, or its stop is forced.
  if (instance.killTimer !== 0 && !instance.forced && !context.state.quiesce)
    instance.killTimer = later(instance.killTimer, 'kill');
}

function refused(context: Context, instance: InstanceState, { pid }: Notified): void {
  const { notifyAccess } = context.classOf(instance).definition;
  const only = notifyAccess === 'all' ? 'a process of the job' : 'its main process';
  const text = `was sent a message by process ${pid}, which is refused, as are others like it: only ${only} may send any (\`notify access\`)`;
  complain(context, instance, 'access', text);
}

/** Logs a misuse once in the life of the process, and has `explain` tell it. */
function complain(context: Context, instance: InstanceState, kind: string, text: string): void {
  const notify = notifyOf(instance);
  if (notify.logged?.includes(kind)) return;
  notify.logged = [...(notify.logged ?? []), kind];
  context.logAbout(instance, 'warn', `${context.display(instance)} ${text}`, { slot: 'main' });
  instance.hints.push(`it ${text}`);
}

function cut(value: string): string {
  return statusText(value)?.slice(0, 20) ?? 'nothing';
}
