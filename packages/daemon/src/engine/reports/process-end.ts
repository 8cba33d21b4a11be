/**
 * The consequences of a process's end for its job (reference: jobs §4), and of a failed start.
 */
import { killedText, type Slot, signalName } from '@upstart/common';
import type { Report } from '../../supervisor/process-messages.ts';
import { isOutOfTime } from '../leases/lease.ts';
import { noteExitStatus } from '../lifecycle/exit-job.ts';
import { advance, changeGoal } from '../lifecycle/lifecycle.ts';
import type { Context } from '../model/context.ts';
import type { FailureState } from '../model/failure-state.ts';
import { recordExit } from '../model/history.ts';
import type { LogSubject } from '../model/log-subject.ts';
import { hasPid, type ProcessState, waitsForTimer } from '../model/process-state.ts';
import type { InstanceState } from '../model/state.ts';
import { envFileErrorText } from '../processes/env-files.ts';
import { beginSuccession, cancelKillTimer, killMain, spawnProcess } from '../processes/processes.ts';
import { countRespawn } from '../processes/respawn-limit.ts';
import { endSeriesIfOver, noteRespawn } from '../processes/respawn-series.ts';
import { addSuccessor, endOrders } from '../processes/standing-orders.ts';
import { endNotify } from '../readiness/notify.ts';
import { endReadiness, isAwaited } from '../readiness/readiness.ts';
import { lastWords } from '../readiness/words.ts';
import { earlyEndHint, followedHint, neverRan } from './exit-hints.ts';
import { failedSetting } from './failed-setting.ts';
import { fail } from './failure.ts';
import { spawnErrorText } from './spawn-errors.ts';

/** How a process ended. `status` is the exit status or signal << 8; null when it is unknown. */
export interface ProcessEnd {
  pid: number;
  status: number | null;
}

/** A process that has ended, for the log. */
type EndedProcess = Required<Pick<LogSubject, 'slot' | 'pid'>>;

/** The step of a spawn that failed. */
type SpawnFailure = Pick<Extract<Report, { type: 'spawn-failed' }>, 'step' | 'errno' | 'detail'>;

/** The job's reaction. */
interface Verdict {
  failure: FailureState['slot'] | null;
  /** The goal becomes stop. */
  stops: boolean;
  /** The job's present step has ended with the process. */
  goesOn: boolean;
}

const GOES_ON: Verdict = { failure: null, stops: false, goesOn: true };

/** The process of `slot` has ended. */
export function processEnded(context: Context, instance: InstanceState, slot: Slot, end: ProcessEnd): void {
  const status = end.status ?? VANISHED;
  const text = endSentence(slot, end);
  const process = instance.processes[slot] as ProcessState;
  logEnd(context, instance, status, loggedEnd(slot, end), { slot, pid: end.pid });
  notifyEnd(context, instance, slot, end, endWords(end.status));
  if (slot === 'main') {
    cancelKillTimer(context, instance);
    noteExitStatus(context, instance, status);
    instance.lastExit = { status, at: context.wallMs };
  }
  const verdict = slot === 'main' ? judgeMain(context, instance, process, status) : judgeHook(instance, slot, status);
  if (slot === 'main' && status !== 0) instance.hints.push(...lastWords(instance));
  removeProcess(context, instance, slot);
  if (verdict.failure) fail(context, instance, { slot: verdict.failure, status, text, process });
  if (verdict.stops && instance.goal !== 'stop') {
    // A job that is running moves when its goal does.
    const moves = instance.state === 'running';
    instance.cause = `because its ${text}`;
    changeGoal(context, instance, 'stop', { kind: 'process' });
    if (moves) return;
  }
  if (verdict.goesOn) advance(context, instance);
}

/**
 * The main process has ended, and the supervisor has started another one by a standing order. In a running job that is a
 * respawn; otherwise it counts as earlier than the request that came in between.
 */
export function mainReplaced(context: Context, instance: InstanceState, end: ProcessEnd, token: number): void {
  addSuccessor(context, instance, token);
  if (instance.state === 'running') {
    processEnded(context, instance, 'main', end);
    return;
  }
  const ended: EndedProcess = { slot: 'main', pid: end.pid };
  logEnd(context, instance, end.status ?? VANISHED, loggedEnd('main', end), ended);
  instance.lastExit = { status: end.status ?? VANISHED, at: context.wallMs };
  notifyEnd(context, instance, 'main', end, endWords(end.status));
  context.logAbout(instance, 'warn', `${context.display(instance)} main process ended, respawning`, ended);
  cancelKillTimer(context, instance);
  endSeriesIfOver(context, instance);
  countRespawn(context, instance);
  noteRespawn(context, instance);
  removeProcess(context, instance, 'main');
  beginSuccession(context, instance);
  if (instance.state === 'killed') killMain(context, instance);
}

/** Stands for an unknown status; `normal exit` never contains it. */
const VANISHED = -1;

function removeProcess(context: Context, instance: InstanceState, slot: Slot): void {
  const process = instance.processes[slot] as ProcessState;
  context.removeProcess(process.token);
  delete instance.processes[slot];
  if (slot === 'main') {
    endOrders(instance);
    endNotify(context, instance);
  }
  if (!hasPid(process)) context.effects.push({ type: 'settled' });
}

/** States that end by themselves: the end of the main process then only changes where they lead to. */
function isDeferred(instance: InstanceState): boolean {
  const { state, processes } = instance;
  return (
    (state === 'post-start' && processes['post-start'] !== undefined) ||
    (state === 'pre-stop' && processes['pre-stop'] !== undefined)
  );
}

/** Reference: jobs §4.1. */
function judgeMain(context: Context, instance: InstanceState, process: ProcessState, status: number): Verdict {
  const { definition } = context.classOf(instance);
  if (instance.state === 'killed') return GOES_ON;
  if (instance.state === 'stopping') return { failure: null, stops: false, goesOn: false };
  const goesOn = !isDeferred(instance);
  // The program ended without meeting `expect`, or before it was ready: it never came up.
  const awaited = isAwaited(instance) || definition.expect !== 'none';
  const neverUp = instance.state === 'spawned' && awaited && process.phase === 'executed';
  if (neverUp && !neverRan(status)) instance.hints.push(earlyEndHint(definition, process, instance));
  const asks = status !== 0 || (definition.respawn && !definition.task) || neverUp;
  if (instance.goal !== 'start' || !asks) return { failure: null, stops: true, goesOn };
  if (definition.normalExit.includes(status)) return { failure: null, stops: true, goesOn };
  if (!definition.respawn || context.state.quiesce) return { failure: 'main', stops: true, goesOn };
  const display = context.display(instance);
  endSeriesIfOver(context, instance);
  if (!countRespawn(context, instance)) {
    context.logAbout(instance, 'warn', `${display} respawning too fast, stopped`);
    if (process.forks > 0 && !neverRan(status)) instance.hints.push(followedHint(definition.expect, process));
    return { failure: 'respawn', stops: true, goesOn };
  }
  const ended: EndedProcess = { slot: 'main', pid: process.pid };
  context.logAbout(instance, 'warn', `${display} main process ended, respawning`, ended);
  noteRespawn(context, instance);
  if (!goesOn) changeGoal(context, instance, 'respawn', { kind: 'process', text: 'because its main process ended' });
  return { failure: null, stops: false, goesOn };
}

/** Reference: jobs §4.2. */
function judgeHook({ forced = false }: InstanceState, slot: Slot, status: number): Verdict {
  // A forced stop ends hooks itself.
  const matters = !forced && (slot === 'pre-start' || slot === 'post-stop');
  return matters && status !== 0 ? { failure: slot, stops: true, goesOn: true } : GOES_ON;
}

/**
 * The process of `slot` could not be set up or executed. Nothing has run. Failures of
 * post-start and pre-stop are ignored, as if the process had ended.
 */
export function spawnFailed(context: Context, instance: InstanceState, slot: Slot, failure: SpawnFailure): void {
  const { step, errno, detail } = failure;
  const { definition } = context.classOf(instance);
  const reason =
    step === 'env-file'
      ? envFileErrorText(definition, instance, { errno, detail })
      : spawnErrorText(step, errno, detail);
  const setting = failedSetting(step, { settings: context.state.settings, definition, slot, errno, detail });
  const display = context.display(instance);
  context.logAbout(instance, 'warn', `Failed to spawn ${display} ${slot} process: ${reason}`, { slot });
  notifyEnd(context, instance, slot, { pid: instance.processes[slot]?.pid ?? 0, status: null }, reason);
  if (slot === 'main') cancelKillTimer(context, instance);
  removeProcess(context, instance, slot);
  if (slot !== 'post-start' && slot !== 'pre-stop') {
    const text = `${slot} process could not be started: ${reason}`;
    fail(context, instance, { slot, status: -1, text, setting });
    if (instance.state !== 'stopping') {
      instance.cause = `because its ${slot} process could not be started`;
      changeGoal(context, instance, 'stop', { kind: 'process' });
    }
  }
  if (instance.state !== 'stopping') advance(context, instance);
}

/** A supervisor that reports a failure of what has run already: it runs no more, and does not get ready. */
function takeBack(context: Context, instance: InstanceState, slot: Slot): void {
  if (slot === 'main' && instance.processes.main?.phase !== 'asked') endReadiness(context, instance);
}

/** The first pause before another attempt to fork, in milliseconds; it doubles with every further one. */
const RETRY_FIRST_MS = 100;
const RETRY_LONGEST_MS = 5000;

/** The machine has no process to give at present: retries, unless the job is to stop by then. */
export function spawnDelayed(context: Context, instance: InstanceState, slot: Slot, reason: string): void {
  const process = instance.processes[slot] as ProcessState;
  context.logAbout(instance, 'warn', `Temporary process spawn error: ${reason}`, { slot });
  takeBack(context, instance, slot);
  context.removeProcess(process.token);
  process.phase = 'retrying';
  process.pid = 0;
  process.retries++;
  const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** (process.retries - 1), RETRY_LONGEST_MS);
  context.arm(pauseMs, { kind: 'spawn', instance: instance.id, slot });
  context.effects.push({ type: 'settled' });
}

/** The first and the longest pause before the look-up is checked again, in milliseconds; each is twice the one before. */
const AWAITED_FIRST_MS = 2;
const AWAITED_LONGEST_MS = 256;

/** The ids of the process have to be looked up first: the spawn is retried until they are known or the look-up has failed. */
export function spawnAwaited(context: Context, instance: InstanceState, slot: Slot): void {
  const process = instance.processes[slot] as ProcessState;
  takeBack(context, instance, slot);
  context.removeProcess(process.token);
  process.phase = 'resolving';
  process.pid = 0;
  const { lookups = 0 } = process;
  process.lookups = lookups + 1;
  const pauseMs = Math.min(AWAITED_FIRST_MS * 2 ** lookups, AWAITED_LONGEST_MS);
  context.arm(pauseMs, { kind: 'spawn', instance: instance.id, slot });
}

/** The pause is over: asks the supervisor again, unless the job is to stop. */
export function retrySpawn(context: Context, instance: InstanceState, slot: Slot): void {
  const process = instance.processes[slot];
  if (!process || !waitsForTimer(process)) return;
  if (isOutOfTime(instance) || (instance.goal === 'stop' && slot !== 'post-stop')) {
    context.logAbout(instance, 'info', `${context.display(instance)} ${slot} process is not needed any more`, { slot });
    removeProcess(context, instance, slot);
    if (instance.state !== 'stopping') advance(context, instance);
    return;
  }
  spawnProcess(context, instance, slot, process);
}

function logEnd(context: Context, instance: InstanceState, status: number, text: string, process: EndedProcess): void {
  const { normalExit } = context.classOf(instance).definition;
  const expected = status === 0 || normalExit.includes(status);
  context.logAbout(instance, expected ? 'info' : 'warn', `${context.display(instance)} ${text}`, process);
}

/** As the log has it: `main process (123) killed by TERM signal`. */
function loggedEnd(slot: Slot, { pid, status }: ProcessEnd): string {
  return `${slot} process (${pid}) ${endWords(status)}`;
}

/** In a sentence of its own: `main process (123) was killed by the TERM signal`. */
function endSentence(slot: Slot, end: ProcessEnd): string {
  const signal = (end.status ?? VANISHED) >> 8;
  return signal > 0 ? `${slot} process (${end.pid}) was ${killedText(signal)}` : loggedEnd(slot, end);
}

function endWords(status: number | null): string {
  if (status === null) return 'has vanished, its status is not known';
  if (status === 0) return 'exited normally';
  const signal = status >> 8;
  if (signal === 0) return `terminated with status ${status}`;
  const name = signalName(signal);
  return name ? `killed by ${name} signal` : `killed by signal ${signal}`;
}

function notifyEnd(context: Context, instance: InstanceState, slot: Slot, end: ProcessEnd, text: string): void {
  const job = context.classOf(instance).definition.name;
  recordExit(context, instance, { process: slot, ...end, text });
  context.notify({ event: 'process-ended', job, instance: instance.name, slot, pid: end.pid, text });
}
