/**
 * Reports of the supervisor: finds the process of each, and dispatches it.
 */
import { errnoText, signalName } from '@upstart/common';
import { type Report, SPAWN_AWAITED } from '../../supervisor/process-messages.ts';
import { leaseMayBeOver } from '../lifecycle/lease-end.ts';
import { abandon } from '../lifecycle/lifecycle.ts';
import { reply } from '../model/blocking.ts';
import type { Context } from '../model/context.ts';
import type { InstanceState } from '../model/state.ts';
import { leftBehindText } from '../processes/cgroups.ts';
import { isLogReport, type LogReport, logReported } from '../processes/log-troubles.ts';
import { dropSuccessor, killStranger } from '../processes/standing-orders.ts';
import { awaitReload } from '../readiness/notify.ts';
import { messagesLost, notified } from './notify-reports.ts';
import { probeProcessReported } from './probe-results.ts';
import { mainReplaced, processEnded, spawnAwaited, spawnDelayed, spawnFailed } from './process-end.ts';
import {
  expectMet,
  type Known,
  processContinued,
  processExeced,
  processForked,
  processSpawned,
  processStopped,
} from './process-reports.ts';
import { signalReceived } from './signals.ts';

const ESRCH = 3;

type ReportOf<T extends Report['type']> = Extract<Report, { type: T }>;

/** Those about one process. */
type ProcessReport = Exclude<Extract<Report, { process: number }>, LogReport>;

/** Reports after which the process is gone; `vanished` has a case of its own. */
const ENDS: ReadonlySet<Report['type']> = new Set(['exited', 'spawn-failed']);

/** Applies a report. Ignores one that was applied before, and one of a process that is not known any more. */
export function applyReport(context: Context, report: Report): void {
  const { state } = context;
  if (report.seq <= state.lastReport) return;
  state.lastReport = report.seq;
  if (isLogReport(report)) {
    logReported(context, report);
  } else if (report.type === 'survivors') {
    const name = report.cgroup.slice(report.cgroup.indexOf('/') + 1);
    context.log('warn', leftBehindText(name, report.count));
  } else if (report.type === 'signal') {
    signalReceived(context, report.signal);
  } else if (report.type !== 'peer' && report.type !== 'looked' && report.type !== 'logger-replaced') {
    const known = knownProcess(context, report.process);
    if (report.type === 'signalled') answerSignalled(context, known?.instance, report);
    if (known) applyProcessReport(context, known, report);
    else if (state.probeProcesses?.has(report.process)) probeProcessReported(context, report);
    else if (report.type === 'exited' && report.standingOrder && !context.findProcess(report.standingOrder)) {
      // A standing order has started a process for an unknown instance.
      killStranger(context, report.standingOrder);
    }
  }
}

function knownProcess(context: Context, token: number): Known | undefined {
  const found = context.findProcess(token);
  if (!found) return undefined;
  const { instance, slot } = found;
  const { successor, processes } = instance;
  const process = successor?.token === token ? successor : processes[slot];
  return process ? { instance, slot, process } : undefined;
}

function applyProcessReport(context: Context, known: Known, report: ProcessReport): void {
  const { instance } = known;
  if (!context.isAbout(instance)) {
    abandon(context, instance);
    return;
  }
  if (known.process === instance.successor && ENDS.has(report.type)) {
    dropSuccessor(context, instance);
    return;
  }
  switch (report.type) {
    case 'spawned':
      processSpawned(context, known, report.pid);
      return;
    case 'spawn-failed':
      notSpawned(context, known, report);
      return;
    case 'execed':
      processExeced(context, known);
      return;
    case 'exited':
      exited(context, known, report);
      return;
    case 'vanished':
      vanished(context, known);
      return;
    case 'forked':
      processForked(context, known, report);
      return;
    case 'exec-changed':
      executableChanged(context, known, report.pid);
      return;
    case 'expect-met':
      expectMet(context, known, report.pid);
      return;
    case 'stopped':
      processStopped(context, known, report);
      return;
    case 'continued':
      processContinued(context, known, report.pid);
      return;
    case 'notified':
      notified(context, known, report);
      return;
    case 'signalled':
      signalled(context, known, report);
      return;
    default:
      report satisfies never;
  }
}

function notSpawned(context: Context, { instance, slot }: Known, report: ReportOf<'spawn-failed'>): void {
  // Started by a standing order, and stopped before that was known: it has ended.
  if (slot === 'main' && instance.state !== 'spawned') processEnded(context, instance, slot, { pid: 0, status: null });
  else if (report.errno === SPAWN_AWAITED) spawnAwaited(context, instance, slot);
  else if (report.step === 'fork') spawnDelayed(context, instance, slot, errnoText(report.errno));
  else spawnFailed(context, instance, slot, report);
}

function executableChanged(context: Context, { instance }: Known, pid: number): void {
  const text = `${context.display(instance)} main process (${pid}) executable changed`;
  context.logAbout(instance, 'info', text, { slot: 'main', pid });
}

function exited(context: Context, { instance, slot }: Known, report: ReportOf<'exited'>): void {
  leaseMayBeOver(context, instance);
  const end = { pid: report.pid, status: report.signal === 0 ? report.code : report.signal << 8 };
  if (report.standingOrder) mainReplaced(context, instance, end, report.standingOrder);
  else processEnded(context, instance, slot, end);
}

/** Answers the client that asked for the signal. */
function answerSignalled(
  context: Context,
  instance: InstanceState | undefined,
  { command, signal, errno }: ReportOf<'signalled'>,
): void {
  const { signalled: waiting } = context.state;
  const key = waiting.get(command);
  if (key === undefined) return;
  waiting.delete(command);
  const reloads = instance !== undefined && errno === 0 && signal === context.classOf(instance).definition.reloadSignal;
  if (!reloads || !awaitReload(context, instance, key)) reply(context, key, null);
}

/** The outcome of sending a signal. If the process does not exist any more, its end was missed and counts now. */
function signalled(context: Context, known: Known, report: ReportOf<'signalled'>): void {
  const { instance, slot, process } = known;
  if (report.errno === 0) {
    // The signal was a probe for a process without a report of its exec; it lives, so that report is lost (`adopt.ts`).
    if (report.signal !== 0 || process.phase === 'executed') return;
    processExeced(context, known);
    if (slot === 'main' && process.token <= (context.state.lostUpTo ?? 0)) messagesLost(context, instance);
    return;
  }
  if (report.errno === ESRCH) {
    vanished(context, known);
    return;
  }
  const name = signalName(report.signal) ?? report.signal;
  const whom = `${context.display(instance)} ${slot} process (${process.pid})`;
  const text = `Failed to send ${name} signal to ${whom}: ${errnoText(report.errno)}`;
  context.logAbout(instance, 'warn', text, { slot, pid: process.pid });
}

/** The supervisor does not know the process any more, and will not report its end. */
function vanished(context: Context, { instance, slot, process }: Known): void {
  const end = { pid: process.pid, status: null };
  if (process === instance.successor) dropSuccessor(context, instance);
  // It was in the table of processes (`adopt.ts`).
  else if (instance.successor && slot === 'main') mainReplaced(context, instance, end, instance.successor.token);
  else processEnded(context, instance, slot, end);
}
