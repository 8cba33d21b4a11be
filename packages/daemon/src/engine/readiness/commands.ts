/**
 * Probes that are commands (`ready exec`, `check exec`): processes beside those of a job's slots, with the job's user, limits and
 * environment. The supervisor starts them, and reports their ends, as it does for others; a daemon that dies meanwhile loses nothing. Each
 * is killed with its group when its time is over, or when it is not wanted any more, and known until its end is reported.
 */
import { errnoText, killedText, SIGKILL, secondsInWords } from '@upstart/common';
import { type Report, SPAWN_AWAITED } from '../../supervisor/process-messages.ts';
import type { Context } from '../model/context.ts';
import type { ProbeProcess, ProbeResult, TriedProbe } from '../model/probe-state.ts';
import type { InstanceState } from '../model/state.ts';
import { envFileErrorText, envFilesOf } from '../processes/env-files.ts';
import { probeSpec } from '../processes/spawn-spec.ts';
import { spawnErrorText } from '../reports/spawn-errors.ts';

/** The most such processes at a time, of all jobs; further tries wait for their turn. */
export const MAX_COMMANDS = 64;
/** So many of them may be of commands that took up their whole time when they were tried last. */
export const MAX_SLOW_COMMANDS = 32;

/** The longest time of one try of `ready`, in milliseconds. */
export const READY_TRY_MS = 5000;

/** The pause before another attempt to start a command whose user is being looked up, in milliseconds. */
const AWAITED_MS = 50;

/** How a command is tried. */
interface CommandTry {
  probe: TriedProbe;
  command: string;
  stanza: 'ready' | 'check';
  intervalMs: number;
  timeoutMs: number;
}

/** The command of a probe that is tried; undefined: the probe is not wanted any more, or is no command. */
function commandOf(context: Context, instance: InstanceState, id: number): CommandTry | undefined {
  const { definition } = context.classOf(instance);
  const isIt = (probe: TriedProbe): boolean => id !== 0 && probe.id === id;
  const pending = instance.readiness?.pending.find(isIt);
  if (pending) {
    const probe = definition.ready[pending.index];
    if (probe?.kind !== 'exec') return undefined;
    const { readyIntervalMs: intervalMs } = definition;
    return { probe: pending, command: probe.command, stanza: 'ready', intervalMs, timeoutMs: READY_TRY_MS };
  }
  const check = instance.checks?.find(isIt);
  const probe = check && definition.check[check.index];
  if (!check || probe?.kind !== 'exec') return undefined;
  const { checkIntervalMs: intervalMs, checkTimeoutMs: timeoutMs } = definition;
  return { probe: check, command: probe.command, stanza: 'check', intervalMs, timeoutMs };
}

/** A try is due: starts the process, or waits for its turn. A result comes only if the process of the try before still hangs. */
export function tryCommand(context: Context, instance: InstanceState, id: number, isRetry = false): ProbeResult | null {
  const { state } = context;
  const tried = commandOf(context, instance, id);
  if (!tried) return null;
  const { probe, stanza, intervalMs } = tried;
  delete probe.timer;
  if (stanza === 'check' && !context.watchesHealth) return null;
  if ([...processesOf(context)].some((process) => process.probe === id)) {
    armTry(context, instance, probe, intervalMs);
    return badResult(instance, id, 'its process of the try before still runs, although it was killed');
  }
  if (hasRoom(context, probe)) start(context, instance, tried, isRetry);
  else state.probeQueue = [...(state.probeQueue ?? []), { instance: instance.id, probe: id }];
  return null;
}

function start(context: Context, instance: InstanceState, tried: CommandTry, isRetry: boolean): void {
  const { state } = context;
  const { definition } = context.classOf(instance);
  const { probe, command, stanza, timeoutMs } = tried;
  const spec = probeSpec(state.settings, definition, instance, { kind: 'exec', text: command }, stanza);
  if (definition.envFiles.length > 0) {
    const key = `${instance.id} probe ${probe.id}`;
    spec.envFiles = { ...envFilesOf(state, definition, instance, spec.env), key, isRetry };
  }
  const token = context.command((id) => ({ type: 'spawn', id, spec }));
  const timer = context.arm(timeoutMs, { kind: 'probe-timeout', token });
  state.probeProcesses ??= new Map();
  state.probeProcesses.set(token, { token, instance: instance.id, probe: probe.id, pid: 0, timer });
}

/** The timer of the next try. */
export function armTry(context: Context, instance: InstanceState, probe: TriedProbe, delayMs: number): void {
  probe.timer = context.arm(delayMs, { kind: 'probe', instance: instance.id, probe: probe.id });
}

/** The probe is not wanted any more: kills its process, and forgets its next try. */
export function dropCommand(context: Context, instance: InstanceState, probe: TriedProbe): void {
  const { state } = context;
  if (probe.timer) context.disarm(probe.timer);
  delete probe.timer;
  for (const process of processesOf(context)) {
    if (process.probe !== probe.id) continue;
    process.probe = 0;
    if (process.timer !== 0) kill(context, process);
  }
  const isOther = ({ instance: of, probe: id }: { instance: number; probe: number }): boolean =>
    of !== instance.id || id !== probe.id;
  if (state.probeQueue?.some((queued) => !isOther(queued))) state.probeQueue = state.probeQueue.filter(isOther);
}

/** The timeout of a process has passed. The result of the try; null: it is not wanted. */
export function commandTimedOut(context: Context, token: number): ProbeResult | null {
  const process = context.state.probeProcesses?.get(token);
  const instance = process && context.instance(process.instance);
  if (!process || !instance) return null;
  kill(context, process);
  const tried = commandOf(context, instance, process.probe);
  if (!tried) return null;
  const { probe, intervalMs, timeoutMs } = tried;
  probe.isSlow = true;
  // Whether or not the process ends: one that hangs in the kernel counts as a failure again.
  armTry(context, instance, probe, intervalMs);
  return badResult(instance, probe.id, `timed out after ${secondsInWords(timeoutMs)}`);
}

/** A report about such a process. The result of its try; null: there is none. */
export function commandReported(context: Context, report: Report): ProbeResult | null {
  const process = 'process' in report ? context.state.probeProcesses?.get(report.process) : undefined;
  if (!process) return null;
  if (report.type === 'spawned') process.pid = report.pid;
  const isAwaited = report.type === 'spawn-failed' && report.errno === SPAWN_AWAITED;
  const instance = context.instance(process.instance);
  const answer = isAwaited ? '' : answerOf(context, instance, report);
  if (answer === null) return null;
  // The result of one that was killed for its time has been given.
  const isOver = process.timer === 0;
  end(context, process);
  const tried = instance && !isOver ? commandOf(context, instance, process.probe) : undefined;
  if (!instance || !tried) return null;
  const { probe, stanza, intervalMs } = tried;
  if (isAwaited) {
    probe.timer = context.arm(AWAITED_MS, { kind: 'probe', instance: instance.id, probe: probe.id, isRetry: true });
    return null;
  }
  delete probe.isSlow;
  if (answer !== '' || stanza === 'check') armTry(context, instance, probe, intervalMs);
  if (answer !== '') return badResult(instance, probe.id, answer);
  return { id: probe.id, instance: instance.id, isGood: true, answer: 'exit status 0' };
}

/** In words, '' for a success; null: the process has not ended. */
function answerOf(context: Context, instance: InstanceState | undefined, report: Report): string | null {
  switch (report.type) {
    case 'exited':
      return endWords(report.code, report.signal);
    case 'vanished':
      return 'its process has vanished';
    case 'signalled':
      return report.errno === ESRCH ? 'its process has vanished' : null;
    case 'spawn-failed':
      return report.step === 'env-file' && instance
        ? envFileErrorText(context.classOf(instance).definition, instance, report)
        : report.step === 'fork'
          ? `no process to be had: ${errnoText(report.errno)}`
          : spawnErrorText(report.step, report.errno, report.detail);
    default:
      return null;
  }
}

const ESRCH = 3;

function endWords(code: number, signal: number): string {
  if (signal !== 0) return killedText(signal);
  return code === 0 ? '' : `exit status ${code}`;
}

/** The process has ended: the next try that waits for its turn gets it. */
function end(context: Context, process: ProbeProcess): void {
  const { state } = context;
  if (process.timer !== 0) context.disarm(process.timer);
  state.probeProcesses?.delete(process.token);
  if (state.probeProcesses?.size === 0) delete state.probeProcesses;
  takeQueued(context);
}

/** Lets as many tries begin as there is room for, the oldest first: by a timer that is due at once. */
function takeQueued(context: Context): void {
  const { state } = context;
  const { probeQueue: queue } = state;
  if (!queue) return;
  const next = queue.find(({ instance: of, probe: id }) => {
    const instance = context.instance(of);
    const tried = instance && commandOf(context, instance, id);
    return !tried || hasRoom(context, tried.probe);
  });
  if (!next) return;
  const left = queue.filter((queued) => queued !== next);
  if (left.length > 0) state.probeQueue = left;
  else delete state.probeQueue;
  const instance = context.instance(next.instance);
  const tried = instance && commandOf(context, instance, next.probe);
  if (instance && tried) armTry(context, instance, tried.probe, 0);
  else takeQueued(context);
}

function hasRoom(context: Context, { isSlow }: TriedProbe): boolean {
  const size = context.state.probeProcesses?.size ?? 0;
  if (size >= MAX_COMMANDS) return false;
  if (!isSlow || size < MAX_SLOW_COMMANDS) return true;
  let slow = 0;
  for (const process of processesOf(context)) {
    const instance = context.instance(process.instance);
    if (process.probe === 0 || (instance && commandOf(context, instance, process.probe)?.probe.isSlow)) slow++;
  }
  return slow < MAX_SLOW_COMMANDS;
}

function kill(context: Context, process: ProbeProcess): void {
  if (process.timer !== 0) context.disarm(process.timer);
  process.timer = 0;
  context.command((id) => ({ type: 'signal', id, process: process.token, signal: SIGKILL, group: true }));
}

function processesOf({ state }: Context): Iterable<ProbeProcess> {
  return state.probeProcesses?.values() ?? [];
}

function badResult(instance: InstanceState, id: number, answer: string): ProbeResult {
  return { id, instance: instance.id, isGood: false, answer };
}
