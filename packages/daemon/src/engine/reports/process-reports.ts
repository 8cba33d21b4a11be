/**
 * Reports of the supervisor about processes before they end (reference: jobs §5, §6). Their end is in `process-end.ts`.
 */
import { type Slot, signalName } from '@upstart/common';
import type { State } from '@upstart/protocol';
import type { Report } from '../../supervisor/process-messages.ts';
import { advance, mainIsUp } from '../lifecycle/lifecycle.ts';
import type { Context } from '../model/context.ts';
import type { ProcessState } from '../model/process-state.ts';
import type { InstanceState } from '../model/state.ts';
import { killMain, signalProcess, tellProcess } from '../processes/processes.ts';
import { awaitMessage, hasToSay } from '../readiness/notify.ts';

const SIGCONT = 18;
const SIGSTOP = 19;

type ReportOf<T extends Report['type']> = Extract<Report, { type: T }>;
/** A report about a process that is known, and where it belongs. */
export interface Known {
  instance: InstanceState;
  slot: Slot;
  process: ProcessState;
}

export function processSpawned(context: Context, { instance, slot, process }: Known, pid: number): void {
  process.phase = 'started';
  process.pid = pid;
  process.firstPid = pid;
  // Clients are notified of a successor when it replaces the process.
  if (process === instance.successor) return;
  tellProcess(context, instance, slot, pid);
  if (slot === 'main' && instance.state === 'killed') killMain(context, instance);
  const { debug } = context.classOf(instance).definition;
  if (!debug) return;
  context.logAbout(instance, 'info', `Pausing ${context.display(instance)} (${pid}) [pre-exec] for debug`, {
    slot,
    pid,
  });
}

export function processExeced(context: Context, { instance, slot, process }: Known): void {
  const isNews = process.phase !== 'executed';
  process.phase = 'executed';
  if (slot !== 'main' || instance.state !== 'spawned' || process === instance.successor) return;
  const { expect } = context.classOf(instance).definition;
  // A stop that came before the program ran takes effect now.
  if (instance.goal === 'stop') advance(context, instance);
  else if (expect === 'none') mainIsUp(context, instance);
  else if (isNews && hasToSay({ expect })) awaitMessage(context, instance);
}

export function processForked(context: Context, { instance, process }: Known, report: ReportOf<'forked'>): void {
  const { oldPid, pid } = report;
  const { expect } = context.classOf(instance).definition;
  const text = `${context.display(instance)} main process (${oldPid}) became new process (${pid})`;
  context.logAbout(instance, 'info', text, { slot: 'main', pid });
  runsAs(process, pid);
  // One that was named by MAINPID was not followed by its forks.
  if (expect === 'fork' || expect === 'daemon') process.forks++;
}

export function expectMet(context: Context, { instance, process }: Known, pid: number): void {
  runsAs(process, pid);
  if (instance.state === 'spawned' && !instance.notify?.awaited) mainIsUp(context, instance);
}

/** A process that forks runs its program, even if the report of its exec was lost. */
function runsAs(process: ProcessState, pid: number): void {
  process.phase = 'executed';
  process.pid = pid;
}

/** States in which a process that has stopped itself is continued: after a stop or restart, too, so that it handles its kill signal. */
const SENT_ON: ReadonlySet<State> = new Set(['spawned', 'stopping', 'killed']);

/** A stop is a sign of readiness with `expect stop`; any other one is only noted. */
export function processStopped(context: Context, known: Known, report: ReportOf<'stopped'>): void {
  const { instance, slot, process } = known;
  const name = signalName(report.signal) ?? report.signal;
  const text = `${context.display(instance)} ${slot} process (${report.pid}) stopped by ${name} signal`;
  context.logAbout(instance, 'info', text, { slot, pid: report.pid });
  process.stopped = report.signal;
  const { expect } = context.classOf(instance).definition;
  if (slot !== 'main' || expect !== 'stop' || report.signal !== SIGSTOP || !SENT_ON.has(instance.state)) return;
  signalProcess(context, process, SIGCONT);
  if (instance.state === 'spawned') mainIsUp(context, instance);
}

export function processContinued(context: Context, { instance, slot, process }: Known, pid: number): void {
  const text = `${context.display(instance)} ${slot} process (${pid}) continued by CONT signal`;
  context.logAbout(instance, 'info', text, { slot, pid });
  delete process.stopped;
}
