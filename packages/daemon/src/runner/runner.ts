/**
 * Runs the engine: journals its inputs, carries out its effects. The only place where the pure core meets time, disk
 * and the supervisor.
 */
import type { Notification, Peer } from '@upstart/protocol';
import type { Engine } from '../engine/engine.ts';
import type { Duty, Effect, EngineRequest, Input, UntimedInput } from '../engine/model/messages.ts';
import type { Answer } from '../engine/model/state.ts';
import { armedProbes } from '../engine/readiness/readiness.ts';
import { MemoryJournal } from '../state/memory-journal.ts';
import type { Command, Report, SupervisorState } from '../supervisor/process-messages.ts';
import { monotonicNow } from '../time/clock.ts';
import { WakeUp } from '../time/wake-up.ts';
import { describeEffect } from './describe.ts';
import { KeptAnswers } from './kept-answers.ts';
import { counted, isForLater, MAX_LATER, type RunnerParts } from './parts.ts';
import { faultInstead, replay } from './replay.ts';
import { Settling } from './settling.ts';
import { settle, WaitingClients } from './waiting-clients.ts';

export class Runner {
  readonly engine: Engine;
  readonly keptAnswers = new KeptAnswers();
  readonly watchers = new Set<(notification: Notification) => void>();
  readonly #parts: RunnerParts;
  readonly #waiting = new WaitingClients();
  readonly #settling = new Settling();
  /** Distinguishes the keys of this daemon's unrepeatable requests from those of the ones before it. */
  readonly #nonce = `#${process.pid}-${Math.floor(monotonicNow())}-`;
  readonly #endCallbacks: (() => void)[] = [];
  /** Carries out effects outside of the engine. */
  readonly #duties = new Map<Duty, () => void>();
  /** The command to replace this daemon. Sent when all submitted inputs have been applied and saved. */
  #replacement: Command | null = null;
  /** Inputs that the journal on disk could not take. */
  readonly #memoryJournal = new MemoryJournal();
  /** An input has failed: saves a snapshot, so that the next daemon does not replay it. */
  #hasFault = false;
  #requests = 0;
  #queue: Input[] = [];
  /** Inputs that nothing waits for: applied and recorded before the next ones. */
  #later: Input[] = [];
  #scheduled = false;
  readonly #wakeUp = new WakeUp(() => this.#timeHasCome());

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.engine = parts.engine;
  }

  /**
   * Resumes where the previous daemon stopped. It has carried out the effects, except the `commands` that did not reach the supervisor;
   * sends these now.
   */
  resume(commands: readonly Command[], supervisor: SupervisorState): void {
    const missing = commands.filter((command) => command.id > supervisor.lastCommand);
    this.keptAnswers.wereLost(this.engine.state.answers.keys(), monotonicNow());
    this.#send(missing, this.engine.state.lastReport);
    this.engine.context.files.tell(this.#parts.supervisor.files);
    this.save();
    this.#replace();
    this.#parts.probes.keep(armedProbes(this.engine.context));
    if (!this.engine.state.givesOrders) this.submit({ type: 'give-orders' });
    this.#armTimer();
  }

  /** Saves the present state and begins a new journal. */
  save(): void {
    const { store, supervisor, identity } = this.#parts;
    const { state } = this.engine;
    const commands = [...supervisor.pending(), ...(this.#replacement ? [this.#replacement] : [])];
    this.#hasFault = false;
    this.#parts.history.flush();
    if (store.save({ supervisor: identity, state, commands }, monotonicNow())) this.#memoryJournal.clear();
  }

  /** Calls `done` whenever the engine decides that the duty has to be done. */
  onDuty(duty: Duty, done: () => void): void {
    this.#duties.set(duty, done);
  }

  /** Takes an input over, with the time; applies it before any other work of this turn of the event loop. */
  submit(input: UntimedInput): void {
    this.#queue.push(Object.assign(input, { now: monotonicNow(), wall: Date.now() }) as Input);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#flush());
  }

  /**
   * Applies reports of the supervisor; the commands that follow have been sent when this returns. `onNews` gets the reports that no
   * daemon has applied before, and before they are acknowledged: a daemon that dies here leaves them to the next one.
   */
  reports(reports: readonly Report[], onNews: (news: readonly Report[]) => void = () => {}): void {
    const { lastReport } = this.engine.state;
    onNews(reports.filter(({ seq }) => seq > lastReport));
    const [now, wall] = [monotonicNow(), Date.now()];
    const areLater = reports.length > 0 && reports.every(isForLater) && this.#later.length < MAX_LATER;
    const queue = areLater ? this.#later : this.#queue;
    for (const report of counted(reports)) queue.push({ type: 'report', report, now, wall });
    if (!areLater) this.#flush();
  }

  /** The caller of a request is known, or (null) cannot be known: for the history, also that of the next daemon. */
  peerKnown(question: number, peer: Peer | null): void {
    this.#parts.history.take({ type: 'peer', question, peer });
    this.submit({ type: 'peer', question, peer });
  }

  /**
   * Carries out a request; resolves with its answer, however long that takes. With a `key` a request that was made before
   * is not carried out again.
   */
  request(request: EngineRequest, key?: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const known = key === undefined ? `${this.#nonce}${++this.#requests}` : key;
      const { answers, asked } = this.engine.state;
      if (key !== undefined) this.keptAnswers.claim(key);
      const answer = answers.get(known);
      if (answer) {
        settle({ resolve, reject }, answer);
        return;
      }
      if (!this.#waiting.add(known, { resolve, reject }) || asked.has(known)) return;
      this.submit({ type: 'request', key: known, keep: key !== undefined, request });
    });
  }

  /** Resolves when `isSettled` holds, or after `timeoutMs`. */
  settled(isSettled: () => boolean, timeoutMs: number): Promise<void> {
    // Submitted inputs count: the state is not settled before they are applied.
    if (this.#queue.length === 0 && isSettled()) return Promise.resolve();
    return this.#settling.wait(isSettled, timeoutMs);
  }

  /** Calls `callback` when the engine has decided that init ends and the supervisor has the command; at once if it has. */
  onEnd(callback: () => void): void {
    if (this.engine.state.ended && this.#queue.length === 0) callback();
    else this.#endCallbacks.push(callback);
  }

  #flush(): void {
    this.#forgetAnswers();
    if (this.#later.length > 0 && this.#queue.length > 0) this.#queue.unshift(...this.#later.splice(0));
    while (this.#queue.length > 0) {
      const inputs = this.#queue;
      this.#queue = [];
      this.#record(inputs);
      this.#run(inputs);
      this.#parts.memory.note(inputs.length);
    }
    this.#scheduled = false;
    if (this.#replacement) {
      // The next daemon may have another version: it starts from a snapshot, not from inputs that it might interpret differently.
      this.save();
      this.#replace();
    }
    this.#settling.check();
    if (this.engine.state.ended) {
      // No timer is needed any more; one would only keep the daemon, and init with it, from ending.
      this.#wakeUp.set(null);
      for (const callback of this.#endCallbacks.splice(0)) callback();
      return;
    }
    this.#saveIfDue();
    this.#armTimer();
  }

  /** Drops answers together with the next input: that alone is no reason to wake up. */
  #forgetAnswers(): void {
    const [first] = this.#queue;
    if (!first) return;
    const { now, wall } = first;
    const { asked } = this.engine.state;
    const taken = this.keptAnswers.take(now);
    const keys = taken.filter((key) => !asked.has(key));
    // A command that was interrupted, or has timed out, leaves its request in progress: the answer is dropped when it comes.
    if (keys.length < taken.length) {
      this.keptAnswers.wereLost(
        taken.filter((key) => asked.has(key)),
        now,
      );
    }
    if (keys.length > 0) this.#queue.unshift({ type: 'forget', keys, now, wall });
  }

  #run(inputs: readonly Input[]): void {
    const commands: Command[] = [];
    const others: Effect[] = [];
    const { log } = this.#parts;
    this.engine.tellTo({
      debug: log.enabled('debug'),
      info: log.enabled('info'),
      watches: this.watchers.size > 0,
    });
    for (const [i, input] of inputs.entries()) {
      for (const effect of this.#apply(input, inputs.length - i)) {
        if (effect.type === 'command') commands.push(effect.command);
        else others.push(effect);
      }
    }
    // Processes first: their work overlaps with the notifications.
    const reported = inputs.some((input) => input.type === 'report');
    if (reported) this.#send(commands, this.engine.state.lastReport);
    else if (commands.length > 0) this.#send(commands);
    this.engine.context.files.tell(this.#parts.supervisor.files);
    for (const effect of others) this.#carryOut(effect);
  }

  #record(inputs: readonly Input[]): void {
    if (!this.#parts.store.append(inputs)) this.#memoryJournal.append(inputs, this.engine.state);
  }

  /** `back`: the position of this input, counted from the end of the journal. A failed input costs only itself. */
  #apply(input: Input, back: number): Effect[] {
    try {
      return this.engine.apply(input);
    } catch (error) {
      const fault = faultInstead(this.engine, input, error, back);
      // The replacement has failed, too, or there is no state to go back to.
      if (input.type === 'fault' && input.fault.without === null) throw error;
      const before = replay(() => this.#memoryJournal.read() ?? this.#parts.store.reread(), { without: back });
      if (!before) throw error;
      this.engine.restore(before.engine.state);
      this.#parts.probes.keep(armedProbes(this.engine.context));
      this.#record([fault]);
      this.#hasFault = true;
      return this.#apply(fault, back);
    }
  }

  /** Delays the command to replace this daemon until all is saved. */
  #send(commands: readonly Command[], acknowledged?: number): void {
    this.#replacement = commands.find(({ type }) => type === 'replace') ?? this.#replacement;
    const others = commands.filter(({ type }) => type !== 'replace');
    this.#parts.supervisor.send(others, acknowledged);
  }

  /**
   * Ends this daemon; the next one resumes from its state. The supervisor re-executes itself in between. Clients lose their connections,
   * and repeat their requests to the next daemon.
   */
  #replace(): void {
    const { supervisor, log, replaced } = this.#parts;
    if (!this.#replacement) return;
    log.write('warn', 'Re-executing init');
    supervisor.onClose(replaced);
    supervisor.send([this.#replacement]);
    this.#replacement = null;
  }

  #carryOut(effect: Effect): void {
    if (effect.type === 'duty') this.#duties.get(effect.duty)?.();
    else if (effect.type === 'reply') this.#answer(effect.key, { result: effect.result });
    else if (effect.type === 'history' || effect.type === 'peer') this.#parts.history.take(effect);
    else if (effect.type === 'reply-error') this.#answer(effect.key, { error: effect.error });
    else if (effect.type === 'probe' || effect.type === 'probe-off') this.#parts.probes.take(effect);
    else describeEffect(effect, this.#parts.log, this.watchers.size > 0 ? (n) => this.#notify(n) : null);
  }

  #answer(key: string, answer: Answer): void {
    if (this.#waiting.answer(key, answer)) return;
    // A client of the previous daemon has made the request.
    if (this.engine.state.answers.has(key)) this.keptAnswers.wereLost([key], monotonicNow());
  }

  /** Reports to all clients that watch. */
  #notify(notification: Notification): void {
    for (const watcher of this.watchers) watcher(notification);
  }

  /** Files may have been removed from the folder of the state: saves the state again if so. */
  checkSaved(): void {
    this.#parts.store.check(monotonicNow());
    this.#saveIfDue();
    this.#armTimer();
  }

  #saveIfDue(): void {
    const isDue = this.#parts.store.isDue(monotonicNow(), this.engine.state.paused !== undefined);
    if (this.#hasFault || (isDue && this.#parts.history.maySave())) this.save();
  }

  /** Arms the timer for the engine's next timer and the next attempt to save the state. */
  #armTimer(): void {
    const { retryDueMs } = this.#parts.store;
    const dueMs = this.engine.nextDue();
    this.#wakeUp.set(dueMs === null || retryDueMs === null ? (dueMs ?? retryDueMs) : Math.min(dueMs, retryDueMs));
  }

  #timeHasCome(): void {
    const dueMs = this.engine.nextDue();
    if (dueMs !== null && dueMs <= monotonicNow()) {
      this.submit({ type: 'tick' });
      return;
    }
    if (this.#parts.store.retryDueMs !== null) this.#saveIfDue();
    this.#armTimer();
  }
}
