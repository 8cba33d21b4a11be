/**
 * Everything the engine knows, as plain data: no functions, no clock, no I/O. References between objects are ids,
 * so that a snapshot is this structure as it stands.
 */

import type { Slot } from '@upstart/common';
import type { JobDefinition } from '@upstart/job-language';
import type { Goal, LogPriority, State, WireError } from '@upstart/protocol';
import type { ConditionState } from './condition-state.ts';
import type { ProcessState } from './process-state.ts';
import type { RespawnPause, RespawnSeries } from './respawn-state.ts';
import type { EngineSettings } from './settings.ts';

export type WaitKind = 'start' | 'stop' | 'restart' | 'emit';

/** A client that waits, by the key of its request. */
export interface Waiter {
  kind: WaitKind;
  key: string;
}

/** An event that has been emitted and is not over (reference: events §1). */
export interface EventState {
  id: number;
  name: string;
  env: string[];
  handled: boolean;
  failed: boolean;
  /** How many conditions and jobs keep it from being over. */
  blockers: number;
  /** The instances (in `starting` or `stopping`) that wait for it. */
  instances: number[];
  waiters: Waiter[];
  /** The instance one of whose processes has emitted it and waits for its end; absent where that is not known. */
  emitter?: number;
}

/** Why an instance failed: the first failure of a run. */
export interface FailureState {
  slot: Slot | 'respawn';
  /** Exit status, signal << 8, -1: could not be spawned, 0 with `respawn`: too fast. */
  status: number;
  /** The failure, in words. */
  text: string;
  state: State;
  at: number;
  /** The setting of the job's file that matters, in words; only for users who may read it. */
  setting?: string;
}

/** How a process ended; `status` is the exit status or signal << 8, -1: nobody could tell. `at` in milliseconds since the epoch. */
export interface ExitState {
  status: number;
  at: number;
}

/** One instance of a class while it is anything but `stop/waiting` (reference: jobs §1). */
export interface InstanceState {
  id: number;
  class: number;
  name: string;
  goal: Goal;
  state: State;
  /** When it entered `state`, in milliseconds since the epoch. A state saved by an older daemon lacks it. */
  since?: number;
  /** Shared with other instances that have the same variables: replaced, never changed. */
  env: readonly string[];
  /** The next `env`, from the entry of `starting` on; null: unchanged. */
  startEnv: string[] | null;
  /** Additional variables for pre-stop and post-stop. */
  stopEnv: string[];
  stopOn: ConditionState | null;
  /** Why the goal is what it is, for explanations: `by request`. A state saved by an older daemon lacks it. */
  cause?: string;
  processes: Partial<Record<Slot, ProcessState>>;
  /** The id of the starting or stopping event that is waited for, or 0. */
  blocker: number;
  /** Ids of the events that wait for this instance; an event that satisfied two operands stands twice. */
  blocking: number[];
  waiters: Waiter[];
  failure: FailureState | null;
  /** Seconds of monotonic time at which the respawn window began, and respawns since. */
  respawnTime: number;
  respawnCount: number;
  /** All respawns of this run, for explanations. */
  respawns: number;
  /** When the last of them were, in milliseconds of monotonic time, oldest first; so many as tell whether it flaps. Absent: none. */
  respawnedAt?: number[];
  /** Its respawns without a long run between them; absent before the first one. */
  series?: RespawnSeries;
  /** The pause before the respawn that comes. */
  pause?: RespawnPause;
  /** The settle time of its main process, while that lasts: its timer, and its end in milliseconds since the epoch. */
  settling?: { timer: number; until: number };
  /** A request has forced its stop: hooks get the kill signal. */
  forced?: boolean;
  /** How its main process ended last. */
  lastExit?: ExitState;
  /** When the kill timer goes off (id of the timer), or 0. */
  killTimer: number;
  /** The standing orders that have been given for the end of its main process, by their ids; one at most was carried out. */
  orders?: number[];
  /** The last of them holds. */
  orderHolds?: boolean;
  /** The process that the supervisor has started by an order, until it becomes the main process. */
  successor?: ProcessState;
  /** Recent facts that help to explain the state. */
  hints: string[];
}

/** How the last instance of a class ended. */
export interface LastEnd {
  instance: string;
  at: number;
  text: string;
  failure: FailureState | null;
  respawns: number;
  hints: string[];
  /** How its main process ended last; absent if none has run. */
  exit?: ExitState;
}

/** A job class: a definition in use and what its `start on` has seen. */
export interface ClassState {
  id: number;
  definition: JobDefinition;
  startOn: ConditionState | null;
  /** Instance name → id. */
  instances: Map<string, number>;
  /** The replacement once the last instance has ended; `definition` null: none, the file is gone. */
  next: { definition: JobDefinition | null } | null;
  last: LastEnd | null;
  /** Why an event, or part of one, could not start or stop the job lately, until it is started; `at` in milliseconds since the epoch. */
  refused?: { at: number; text: string };
}

export type TimerAction =
  | { kind: 'kill'; instance: number }
  | { kind: 'spawn'; instance: number; slot: Slot }
  /** The pause before a respawn is over. */
  | { kind: 'respawn'; instance: number }
  /** The main process has lived long enough. */
  | { kind: 'settle'; instance: number }
  /** A hook has had its time; `token` tells whether it is still the same process. */
  | { kind: 'hook'; instance: number; slot: Slot; token: number; signal: number }
  | { kind: 'quiesce' }
  /** The event queue resumes where it was left. */
  | { kind: 'queue' };

export interface TimerState {
  id: number;
  /** Milliseconds of monotonic time. */
  due: number;
  action: TimerAction;
}

/** An event queue that was left before it was through, for others to have their turn. */
export interface PausedQueue {
  /** How often it has been left since it was last through. */
  times: number;
  /** The timer that resumes it. */
  timer: number;
}

export interface QuiesceState {
  reason: 'shutdown' | 'logout';
  phase: 'wait' | 'kill';
  /** Milliseconds of monotonic time. */
  began: number;
  phaseBegan: number;
}

/** The job that init ends with. */
export interface ExitJobState {
  /** The status as a shell would report it. */
  status: number;
  /** The id of its `stopped` event: unless that starts it again, init ends. 0: it has not stopped. */
  stopped?: number;
}

/** A log that cannot be written. */
export interface LogTroubleState {
  errno: number;
  /** Milliseconds since the epoch. */
  since: number;
  /** Bytes of output that have been dropped, as far as that has been reported. */
  dropped: number;
}

/** The answer to a request, kept so that a repeated request gets it again. */
export type Answer = { result: unknown } | { error: WireError };

export interface EngineState {
  settings: EngineSettings;
  /** The events that init begins with have been emitted. */
  begun: boolean;
  /** Ids of events, instances, classes and timers; never reused. */
  nextId: number;
  /** Ids of commands to the supervisor; never reused. */
  nextCommand: number;
  /** The sequence number of the last report that was applied. */
  lastReport: number;
  /**
   * Standing orders are given. Not while inputs are applied again that an older daemon has taken, which gave none: commands would
   * not have the ids that they had.
   */
  givesOrders?: boolean;
  environment: string[];
  /** The log priority, once a client has changed it: a replacement keeps it. Otherwise the options set it. */
  logPriority?: LogPriority;
  /** All classes in use, by name. */
  classes: Map<string, ClassState>;
  instances: Map<number, InstanceState>;
  /** Events that are not over, in the order of their creation. */
  events: Map<number, EventState>;
  /** Names of events that have been emitted, for explanations; bounded by MAX_SEEN. A state saved by an older daemon lacks it. */
  seenEvents?: Set<string>;
  /** Jobs that the engine had a fault with, by name, until their files change; bounded. `at` in milliseconds since the epoch. */
  faults?: Map<string, { count: number; at: number; text: string }>;
  /** While the queue is not through. */
  paused?: PausedQueue;
  timers: Map<number, TimerState>;
  quiesce: QuiesceState | null;
  /** The job that init ends with, once something of it has ended; a state saved by an older daemon lacks it. */
  exitJob?: ExitJobState;
  ended: boolean;
  /** Trouble with log files, by their paths, the oldest first; absent until there is any. */
  logTroubles?: Map<string, LogTroubleState>;
  /** Requests that are answered when their signal has been sent, by the id of the command. */
  signalled: Map<number, string>;
  /** Keys of repeatable requests that have not been answered yet. */
  asked: Set<string>;
  /** Answers to repeatable requests, oldest first; an input lists those that are not needed any more. */
  answers: Map<string, Answer>;
}

/** The state of an init that has just been started. */
export function newState(settings: EngineSettings, environment: string[]): EngineState {
  return {
    settings,
    begun: false,
    nextId: 1,
    nextCommand: 1,
    lastReport: 0,
    givesOrders: true,
    environment,
    classes: new Map(),
    instances: new Map(),
    events: new Map(),
    timers: new Map(),
    quiesce: null,
    ended: false,
    signalled: new Map(),
    asked: new Set(),
    answers: new Map(),
  };
}

/** All processes of an instance, with their slots. */
export function* processesOf({ processes, successor }: InstanceState): Generator<[Slot, ProcessState]> {
  yield* Object.entries(processes) as [Slot, ProcessState][];
  if (successor) yield ['main', successor];
}

/** Whether init is about to end, and everything is to stop. */
export function isEnding({ state: { quiesce } }: { state: Pick<EngineState, 'quiesce'> }): boolean {
  return quiesce?.phase === 'kill';
}

/** `NAME`, or `NAME (INSTANCE)`: how messages call an instance. */
export function displayName(job: string, instance: string): string {
  return instance === '' ? job : `${job} (${instance})`;
}

/** `NAME`, or `NAME-INSTANCE`: how options and output call an instance. */
export function instanceLabel(job: string, instance: string): string {
  return instance === '' ? job : `${job}-${instance}`;
}

/** How long the text of an event may be; what is longer is cut. */
const MAX_EVENT_TEXT = 200;

/** An event for people: its name and its variables, except those of job events that say nothing. */
export function eventText({ name, env }: Pick<EventState, 'name' | 'env'>): string {
  let text = name;
  for (const variable of env) {
    if (text.length > MAX_EVENT_TEXT) break;
    if (variable !== 'INSTANCE=' && variable !== 'RESULT=ok') text += ` ${variable}`;
  }
  return text.length <= MAX_EVENT_TEXT ? text : `${text.slice(0, MAX_EVENT_TEXT - 1)}…`;
}
