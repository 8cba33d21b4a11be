/**
 * The engine: jobs, instances, events and conditions as one deterministic state machine. It takes inputs one at a time and
 * returns effects. No I/O, no clock, no randomness: the same inputs give the same state, which is what recovery relies on.
 */
import { UpstartError } from '@upstart/protocol';
import { defineClass } from './definitions.ts';
import { runEventQueue } from './events/event-queue.ts';
import { giveUp, noteFault } from './faults.ts';
import { leaseTimePassed } from './lifecycle/lease-end.ts';
import { abandon, resume, settleTimePassed } from './lifecycle/lifecycle.ts';
import { beginQuiesce, endIfQuiet, endWithJob, quiesceTimerPassed } from './lifecycle/quiesce.ts';
import { restartQuietly } from './lifecycle/restart.ts';
import { EVENTS_AT_ONCE } from './limits.ts';
import type { Audience } from './model/audience.ts';
import { replyError } from './model/blocking.ts';
import { Context } from './model/context.ts';
import { emitOwnEvent } from './model/history.ts';
import type { Effect, Fault, Input, PlainInput } from './model/messages.ts';
import { queueIsPaused } from './model/paused-queue.ts';
import type { EngineState } from './model/state.ts';
import { LATE_MS, type TimerState } from './model/timers.ts';
import { hookTimeoutPassed } from './processes/hooks.ts';
import { killTimeoutPassed } from './processes/processes.ts';
import { reloadTimePassed } from './readiness/notify.ts';
import { watchdogTimePassed } from './readiness/watchdog.ts';
import { adopt } from './reports/adopt.ts';
import { probed, probeIsDue, probeTimeoutPassed } from './reports/probe-results.ts';
import { retrySpawn } from './reports/process-end.ts';
import { readyTimeoutPassed } from './reports/ready-failure.ts';
import { applyReport } from './reports/reports.ts';
import { replaceInit } from './reports/signals.ts';
import { handleRequest } from './requests/requests.ts';

export class Engine {
  #current: Context;

  /** Two engines agree only if `eventsAtOnce`, the most steps of events before other inputs get a turn, is the same. */
  constructor(state: EngineState, eventsAtOnce = EVENTS_AT_ONCE) {
    this.#current = new Context(state, eventsAtOnce);
  }

  get context(): Context {
    return this.#current;
  }

  /** Replaces the state by the one before an input that could not be carried out. */
  restore(state: EngineState): void {
    const { audience, eventsAtOnce } = this.#current;
    this.#current = new Context(state, eventsAtOnce);
    this.#current.audience = audience;
  }

  /** From the next input on, effects are limited to these listeners; until then there are all of them. */
  tellTo(audience: Audience): void {
    this.#current.audience = audience;
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
   * Takes one input and returns its effects, in order. Any exception is a bug in the engine: the state is unusable then
   * and has to be rebuilt.
   */
  apply(input: Input): Effect[] {
    const { context } = this;
    context.begin(input.now, input.wall);
    if (input.type === 'fault') this.#applyFault(input.fault);
    else this.#carryOut(input);
    return context.effects;
  }

  #applyFault(fault: Fault): void {
    const { context } = this;
    noteFault(context, fault);
    if (fault.without === null) {
      giveUp(context, fault.input, fault.reason);
      return;
    }
    context.without = new Set(fault.without);
    this.#carryOut(fault.input);
  }

  #carryOut(input: PlainInput): void {
    const { context } = this;
    this.#dispatch(input);
    context.concern = null;
    // While it is paused, inputs only add to it: each of them would otherwise run it for a full turn.
    if (!queueIsPaused(context.state)) {
      runEventQueue(context);
      if (endWithJob(context) && !queueIsPaused(context.state)) runEventQueue(context);
    }
    endIfQuiet(context);
  }

  #dispatch(input: PlainInput): void {
    switch (input.type) {
      case 'define':
        defineClass(this.context, input.name, input.definition);
        return;
      case 'request':
        this.#request(input);
        return;
      case 'peer':
        this.context.effects.push({ type: 'peer', question: input.question, peer: input.peer });
        return;
      case 'forget':
        for (const key of input.keys) this.state.answers.delete(key);
        return;
      case 'report':
        applyReport(this.context, input.report);
        return;
      case 'probed':
        probed(this.context, input.result);
        return;
      case 'adopt':
        adopt(this.context, input);
        return;
      case 'begin':
        this.#begin(input.events);
        return;
      case 'emit':
        emitOwnEvent(this.context, input.name, input.env);
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
        for (let timer = this.context.takeDue(); timer; timer = this.context.takeDue()) this.#timerPassed(timer);
    }
  }

  #request({ key, keep, request }: Extract<Input, { type: 'request' }>): void {
    if (keep) this.state.asked.add(key);
    if ('target' in request && request.target) this.context.concern = request.target.job;
    try {
      handleRequest(this.context, key, request);
    } catch (error) {
      if (!(error instanceof UpstartError)) throw error;
      replyError(this.context, key, error.toWire());
    }
  }

  #timerPassed({ action, dueMs }: TimerState): void {
    const { context } = this;
    const isLate = context.nowMs - dueMs >= LATE_MS;
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
    if (action.kind === 'probe-timeout') {
      probeTimeoutPassed(context, action.token);
      return;
    }
    const instance = context.instance(action.instance);
    if (!instance) return;
    if (!context.isAbout(instance)) {
      abandon(context, instance);
      return;
    }
    if (action.kind === 'kill') killTimeoutPassed(context, instance);
    else if (action.kind === 'respawn') resume(context, instance);
    else if (action.kind === 'settle') settleTimePassed(context, instance);
    else if (action.kind === 'restart') restartQuietly(context, instance);
    else if (action.kind === 'ready') readyTimeoutPassed(context, instance, isLate);
    else if (action.kind === 'watchdog') watchdogTimePassed(context, instance, isLate);
    else if (action.kind === 'lease') leaseTimePassed(context, instance);
    else if (action.kind === 'reload') reloadTimePassed(context, instance);
    else if (action.kind === 'probe') probeIsDue(context, instance, action.probe, action.isRetry === true);
    else retrySpawn(context, instance, action.slot);
  }

  #begin(events: readonly string[]): void {
    if (this.state.begun) return;
    this.state.begun = true;
    this.state.firstEvents = [...events];
    for (const name of events) emitOwnEvent(this.context, name, []);
  }
}
