/**
 * The engine: jobs, instances, events and conditions as one deterministic state machine. Inputs come one at a time; each
 * gives effects. No I/O, no clock, no randomness: the same inputs give the same state, which is what recovery relies on.
 */
import { errnoText, UpstartError } from '@upstart/protocol';
import type { Report } from '../process-messages.ts';
import { signalName } from '../signals.ts';
import { adopt } from './adopt.ts';
import { emitEvent, reply, replyError } from './blocking.ts';
import { defineClass } from './classes.ts';
import { Context } from './context.ts';
import { runEventQueue } from './event-queue.ts';
import { endWithJob } from './exit-job.ts';
import { giveUp, noteFault } from './faults.ts';
import { abandon } from './lifecycle.ts';
import { isLogReport, logReported } from './log-troubles.ts';
import type { Effect, Fault, Input, PlainInput } from './messages.ts';
import { mainReplaced, processEnded, retrySpawn, spawnDelayed, spawnFailed } from './process-end.ts';
import {
  expectMet,
  hookTimeoutPassed,
  killTimeoutPassed,
  processContinued,
  processExeced,
  processForked,
  processSpawned,
  processStopped,
} from './processes.ts';
import { beginQuiesce, endIfQuiet, quiesceTimerPassed } from './quiesce.ts';
import { handleRequest } from './requests.ts';
import { replaceInit, signalReceived } from './signals.ts';
import { dropSuccessor, killStranger } from './standing-orders.ts';
import type { EngineState, TimerState } from './state.ts';

const ESRCH = 3;

/** Reports after which there is no such process; it vanishes in its own way. */
const ENDS: ReadonlySet<Report['type']> = new Set(['exited', 'spawn-failed']);

export class Engine {
  private current: Context;

  constructor(state: EngineState) {
    this.current = new Context(state);
  }

  get context(): Context {
    return this.current;
  }

  /** Goes on with another state: that before an input which could not be carried out. */
  restore(state: EngineState): void {
    this.current = new Context(state);
  }

  /** The job that the input was about when it failed; null: none, or it is not known. */
  concernedJob(): string | null {
    return this.context.concernedJob();
  }

  get state(): EngineState {
    return this.context.state;
  }

  /** When time should be given as an input next, in milliseconds of monotonic time; null: not before something happens. */
  nextDue(): number | null {
    return this.context.nextDue();
  }

  /**
   * Takes one input and returns what is to be done about it, in order. Whatever it throws is a fault of the engine's: the state is good
   * for nothing then, but to be restored.
   */
  apply(input: Input): Effect[] {
    const { context } = this;
    context.begin(input.now, input.wall);
    if (input.type === 'fault') this.applyFault(input.fault);
    else this.carryOut(input);
    return context.effects;
  }

  private applyFault(fault: Fault): void {
    const { context } = this;
    noteFault(context, fault);
    if (fault.without === null) {
      giveUp(context, fault.input, fault.reason);
      return;
    }
    context.without = new Set(fault.without);
    this.carryOut(fault.input);
  }

  private carryOut(input: PlainInput): void {
    const { context } = this;
    this.dispatch(input);
    context.concern = null;
    // While it is paused, inputs only add to it: each would have it go on for as long as it may at once.
    if (!context.queueIsPaused()) {
      runEventQueue(context);
      if (endWithJob(context) && !context.queueIsPaused()) runEventQueue(context);
    }
    endIfQuiet(context);
  }

  private dispatch(input: PlainInput): void {
    switch (input.type) {
      case 'define':
        defineClass(this.context, input.name, input.definition);
        return;
      case 'request':
        this.request(input);
        return;
      case 'forget':
        for (const key of input.keys) this.state.answers.delete(key);
        return;
      case 'report':
        this.report(input.report);
        return;
      case 'adopt':
        adopt(this.context, input);
        return;
      case 'begin':
        this.begin(input.events);
        return;
      case 'emit':
        emitEvent(this.context, input.name, input.env);
        return;
      case 'give-orders':
        this.state.givesOrders = true;
        return;
      case 'quiesce':
        beginQuiesce(this.context, input.reason);
        return;
      case 'replace':
        replaceInit(this.context);
        return;
      case 'tick':
        for (let timer = this.context.takeDue(); timer; timer = this.context.takeDue()) this.timerPassed(timer);
    }
  }

  private request({ key, keep, request }: Extract<Input, { type: 'request' }>): void {
    if (keep) this.state.asked.add(key);
    if ('target' in request && request.target) this.context.concern = request.target.job;
    try {
      handleRequest(this.context, key, request);
    } catch (error) {
      if (!(error instanceof UpstartError)) throw error;
      replyError(this.context, key, error.toWire());
    }
  }

  private timerPassed({ action }: TimerState): void {
    const { context } = this;
    // Without it the queue is not paused any more.
    if (action.kind === 'queue') return;
    if (action.kind === 'quiesce') {
      quiesceTimerPassed(context);
      return;
    }
    if (action.kind === 'hook') {
      hookTimeoutPassed(context, action);
      return;
    }
    const instance = context.instance(action.instance);
    if (!instance) return;
    if (!context.isAbout(instance)) {
      abandon(context, instance);
      return;
    }
    if (action.kind === 'kill') killTimeoutPassed(context, instance);
    else retrySpawn(context, instance, action.slot);
  }

  private begin(events: readonly string[]): void {
    if (this.state.begun) return;
    this.state.begun = true;
    for (const name of events) emitEvent(this.context, name, []);
  }

  private known(token: number) {
    const found = this.context.findProcess(token);
    if (!found) return undefined;
    const { successor, processes } = found.instance;
    const process = successor?.token === token ? successor : processes[found.slot];
    return process ? { ...found, process } : undefined;
  }

  /** Reports of processes that nobody knows any more are passed over. */
  private report(report: Report): void {
    const { context, state } = this;
    if (report.seq <= state.lastReport) return;
    state.lastReport = report.seq;
    if (isLogReport(report)) {
      logReported(context, report);
      return;
    }
    if (report.type === 'survivors') {
      const name = report.cgroup.slice(report.cgroup.indexOf('/') + 1);
      context.log('warn', `${name} left ${report.count} processes behind, which have been killed`);
      return;
    }
    if (report.type === 'signal') {
      signalReceived(context, report.signal);
      return;
    }
    if (report.type === 'signalled') this.answerSignalled(report.command);
    const known = this.known(report.process);
    if (!known) {
      // Another one was started in its place, for somebody who is not known either.
      if (report.type === 'exited' && report.again && !context.findProcess(report.again))
        killStranger(context, report.again);
      return;
    }
    const { instance, slot } = known;
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
        // Started by a standing order, and stopped before that was known: it is gone all the same.
        if (slot === 'main' && instance.state !== 'spawned')
          processEnded(context, instance, slot, { pid: 0, status: null });
        else if (report.step === 'fork') spawnDelayed(context, instance, slot, errnoText(report.errno));
        else spawnFailed(context, instance, slot, report);
        return;
      case 'execed':
        processExeced(context, known);
        return;
      case 'exited': {
        const end = { pid: report.pid, status: report.signal === 0 ? report.code : report.signal << 8 };
        if (report.again) mainReplaced(context, instance, end, report.again);
        else processEnded(context, instance, slot, end);
        return;
      }
      case 'vanished':
        this.vanished(known);
        return;
      case 'forked':
        processForked(context, known, report);
        return;
      case 'exec-changed':
        context.log('info', `${context.display(instance)} main process (${report.pid}) executable changed`);
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
      case 'signalled':
        this.signalled(report);
    }
  }

  /** Who asked for the signal has waited for this. */
  private answerSignalled(command: number): void {
    const key = this.state.signalled.get(command);
    if (key === undefined) return;
    this.state.signalled.delete(command);
    reply(this.context, key, null);
  }

  /** A signal was sent, or could not be sent. If there is no such process any more, its end has been missed: it counts now. */
  private signalled(report: Extract<Report, { type: 'signalled' }>): void {
    const known = this.known(report.process);
    if (!known) return;
    const { instance, slot, process } = known;
    if (report.errno === 0) {
      // It was asked for because nothing had been heard of its exec, and is there: that report is lost (`adopt.ts`).
      if (report.signal === 0 && !process.execed) processExeced(this.context, known);
      return;
    }
    if (report.errno === ESRCH) {
      this.vanished(known);
      return;
    }
    const name = signalName(report.signal) ?? report.signal;
    const whom = `${this.context.display(instance)} ${slot} process (${process.pid})`;
    this.context.log('warn', `Failed to send ${name} signal to ${whom}: ${errnoText(report.errno)}`);
  }

  /** The supervisor knows nothing of the process any more, and its end will not be reported. */
  private vanished({ instance, slot, process }: NonNullable<ReturnType<Engine['known']>>): void {
    const { context } = this;
    const end = { pid: process.pid, status: null };
    if (process === instance.successor) dropSuccessor(context, instance);
    // It was in the table of processes (`adopt.ts`).
    else if (instance.successor && slot === 'main') mainReplaced(context, instance, end, instance.successor.token);
    else processEnded(context, instance, slot, end);
  }
}
