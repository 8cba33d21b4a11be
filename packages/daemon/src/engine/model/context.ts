/**
 * Shared by the parts of the engine: the state, the time of the current input, the effects so far, and the indexes
 * that are made from the state and never stored.
 */

import type { Slot } from '@upstart/common';
import type { LogPriority, Notification } from '@upstart/protocol';
import type { Command } from '../../supervisor/process-messages.ts';
import { lengthOf } from '../environment/environment.ts';
import { EVERYBODY } from './audience.ts';
import { FineWork } from './fine-work.ts';
import { Heap } from './heap.ts';
import { HeldFiles } from './held-files.ts';
import { Listeners } from './listeners.ts';
import type { LogSubject } from './log-subject.ts';
import type { Effect } from './messages.ts';
import { OutgoingNames } from './outgoing.ts';
import { waitsForTimer } from './process-state.ts';
import { SharedList } from './shared-list.ts';
import {
  type ClassState,
  displayName,
  type EngineState,
  type EventState,
  type InstanceState,
  processesOf,
} from './state.ts';
import type { TimerAction, TimerState } from './timers.ts';

/** A job with so many faults gets no more events until its file changes. */
export const MAX_FAULTS = 3;

const NONE: ReadonlySet<string> = new Set();

export class Context {
  readonly state: EngineState;
  /** The most steps of events before other inputs get a turn. */
  readonly eventsAtOnce: number;
  nowMs = 0;
  wallMs = 0;
  effects: Effect[] = [];
  audience = EVERYBODY;

  readonly listeners = new Listeners();
  readonly outgoing = new OutgoingNames();
  readonly #classById = new Map<number, ClassState>();
  readonly #processes = new Map<number, { instance: InstanceState; slot: Slot }>();
  readonly #timers = new Heap<TimerState>((a, b) => a.dueMs - b.dueMs || a.id - b.id);
  /** Events to process in this pass of the queue (by id, which is their age) and in the next one. */
  readonly #pass = new Heap<number>((a, b) => a - b);
  readonly #nextPass = new Set<number>();
  #passedId = 0;
  /** The job, class or instance that the engine is processing: the suspect, if it throws. */
  concern: ClassState | InstanceState | string | null = null;
  /** Names of jobs that this input must not touch. */
  without: ReadonlySet<string> = NONE;
  watchesHealth = true; // By commands of `check`, and watchdogs: not in a simulation, whose services stay well.
  needsLeases = true; // Not in a simulation, where nobody grants them.
  readonly shared = new SharedList();
  /** Characters of all names of instances, and of all variables of instances and events. */
  readonly held = { names: 0, text: 0 };
  /** Descriptors of clients that events and instances have. */
  readonly files = new HeldFiles();
  /** The work of the current run of the event queue, beyond offering events. */
  readonly work = new FineWork();

  constructor(state: EngineState, eventsAtOnce: number) {
    this.state = state;
    this.eventsAtOnce = eventsAtOnce;
    for (const jobClass of state.classes.values()) this.indexClass(jobClass);
    for (const instance of state.instances.values()) {
      this.#hold(instance, 1);
      for (const [slot, process] of processesOf(instance)) {
        if (!waitsForTimer(process)) this.#processes.set(process.token, { instance, slot });
      }
    }
    for (const timer of state.timers.values()) this.#timers.push(timer);
    if (state.sockets) this.files.count([...state.sockets.values()], 1);
    for (const event of state.events.values()) {
      this.#holdEvent(event, 1);
      this.touchEvent(event);
    }
  }

  addInstance(instance: InstanceState): void {
    this.state.instances.set(instance.id, instance);
    this.#hold(instance, 1);
  }

  removeInstance(instance: InstanceState): void {
    this.state.instances.delete(instance.id);
    this.#hold(instance, -1);
  }

  /** Replaces one of the tables of an instance that exists. */
  setTable<T extends 'env' | 'startEnv' | 'stopEnv'>(instance: InstanceState, table: T, env: InstanceState[T]): void {
    this.held.text += lengthOf(env ?? []) - lengthOf(instance[table] ?? []);
    instance[table] = env;
  }

  #hold({ name, env, startEnv, stopEnv, files, startFiles }: InstanceState, sign: 1 | -1): void {
    if (files) this.files.count(files, sign);
    if (startFiles) this.files.count(startFiles, sign);
    this.held.names += sign * name.length;
    this.held.text += sign * (lengthOf(env) + lengthOf(startEnv ?? []) + lengthOf(stopEnv));
  }

  #holdEvent({ name, env, file }: EventState, sign: 1 | -1): void {
    if (file !== undefined) this.files.count([file], sign);
    this.held.text += sign * (name.length + lengthOf(env));
  }

  addEvent(event: EventState): void {
    this.state.events.set(event.id, event);
    this.#holdEvent(event, 1);
    this.touchEvent(event);
  }

  removeEvent(event: EventState): void {
    this.state.events.delete(event.id);
    this.#holdEvent(event, -1);
  }

  /** Prepares for an input. */
  begin(nowMs: number, wallMs: number): void {
    this.nowMs = nowMs;
    this.wallMs = wallMs;
    this.effects = [];
    this.concern = null;
    this.without = NONE;
  }

  /** Notes that the engine processes this job now. Returns false if this input must not touch it. */
  isAbout(job: ClassState | InstanceState): boolean {
    this.concern = job;
    return this.without.size === 0 || !this.without.has(this.concernedJob() as string);
  }

  /** Whether the job has had so many faults that it gets no more events. */
  isFaulty({ definition: { name } }: ClassState): boolean {
    return (this.state.faults?.get(name)?.count ?? 0) >= MAX_FAULTS;
  }

  /** The name of the job that the engine is processing; null: none. */
  concernedJob(): string | null {
    const { concern } = this;
    if (concern === null || typeof concern === 'string') return concern;
    const jobClass = 'definition' in concern ? concern : this.classOf(concern);
    return jobClass?.definition.name ?? null;
  }

  newId(): number {
    return this.state.nextId++;
  }

  log(priority: LogPriority, text: string, about: LogSubject = {}): void {
    if (this.#isRead(priority)) this.effects.push({ type: 'log', priority, text, about });
  }

  /** Logs a line about an instance, and a process of it if there is one. */
  logAbout(
    instance: InstanceState,
    priority: LogPriority,
    text: string,
    process: Pick<LogSubject, 'slot' | 'pid'> = {},
  ): void {
    if (!this.#isRead(priority)) return;
    const { name, state } = instance;
    this.log(priority, text, { job: this.classOf(instance).definition.name, instance: name, state, ...process });
  }

  #isRead(priority: LogPriority): boolean {
    const { debug, info } = this.audience;
    return (priority !== 'debug' || debug) && (priority !== 'info' || info);
  }

  notify(notification: Notification): void {
    if (this.audience.watches) this.effects.push({ type: 'notify', notification });
  }

  /** Reports a new goal, state or process of an instance. */
  tell(change: Extract<Effect, { type: 'goal' | 'state' | 'process' }>): void {
    if (this.audience.watches || this.audience.info) this.effects.push(change);
  }

  /** Sends a command to the supervisor and returns its id. */
  command(make: (id: number) => Command): number {
    const id = this.state.nextCommand++;
    this.effects.push({ type: 'command', command: make(id) });
    return id;
  }

  classOf(instance: InstanceState): ClassState {
    return this.#classById.get(instance.class) as ClassState;
  }

  display(instance: InstanceState): string {
    return displayName(this.classOf(instance).definition.name, instance.name);
  }

  instance(id: number): InstanceState | undefined {
    return this.state.instances.get(id);
  }

  indexClass(jobClass: ClassState): void {
    this.#classById.set(jobClass.id, jobClass);
    this.listeners.add(jobClass);
    this.outgoing.add(jobClass);
  }

  unindexClass(jobClass: ClassState): void {
    this.#classById.delete(jobClass.id);
    this.listeners.remove(jobClass);
    this.outgoing.remove(jobClass);
  }

  addProcess(token: number, instance: InstanceState, slot: Slot): void {
    this.#processes.set(token, { instance, slot });
  }

  removeProcess(token: number): void {
    this.#processes.delete(token);
  }

  findProcess(token: number): { instance: InstanceState; slot: Slot } | undefined {
    return this.#processes.get(token);
  }

  /** Arms a timer that goes off `delayMs` from now, and returns its id. */
  arm(delayMs: number, action: TimerAction): number {
    const timer: TimerState = { id: this.newId(), dueMs: this.nowMs + delayMs, action };
    this.state.timers.set(timer.id, timer);
    this.#timers.push(timer);
    return timer.id;
  }

  disarm(id: number): void {
    this.state.timers.delete(id);
  }

  /** When the next timer goes off, or null. */
  nextDue(): number | null {
    for (let timer = this.#timers.peek(); timer; timer = this.#timers.peek()) {
      if (this.state.timers.has(timer.id)) return timer.dueMs;
      this.#timers.pop();
    }
    return null;
  }

  /** Takes one timer that is due. */
  takeDue(): TimerState | null {
    const dueMs = this.nextDue();
    if (dueMs === null || dueMs > this.nowMs) return null;
    const timer = this.#timers.pop() as TimerState;
    this.state.timers.delete(timer.id);
    return timer;
  }

  /** Queues the event for processing: it is new, or may be able to finish. */
  touchEvent(event: EventState): void {
    if (event.id > this.#passedId) this.#pass.push(event.id);
    else this.#nextPass.add(event.id);
  }

  /**
   * The next event to process; undefined when the queue is empty. Takes events oldest first, in passes, as if it walked the whole
   * queue repeatedly (reference: events §2).
   */
  nextEvent(): EventState | undefined {
    for (;;) {
      let id = this.#pass.pop();
      if (id === undefined) {
        this.#beginPass();
        id = this.#pass.pop();
        if (id === undefined) return undefined;
      }
      this.#passedId = id;
      const event = this.state.events.get(id);
      if (event) return event;
    }
  }

  #beginPass(): void {
    this.#passedId = 0;
    for (const id of this.#nextPass) this.#pass.push(id);
    this.#nextPass.clear();
  }

  /**
   * Pauses the queue until a timer that is due at once; returns the number of pauses in a row. The queue resumes with the oldest
   * event: so a pass without an end starves no event, and no position needs to be saved.
   */
  pauseQueue(): number {
    this.#beginPass();
    const timer = this.arm(0, { kind: 'queue' });
    const times = (this.state.paused?.times ?? 0) + 1;
    this.state.paused = { times, timer };
    return times;
  }
}
