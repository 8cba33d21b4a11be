/**
 * The whole state of the engine, as plain data: no functions, no clock, no I/O. References between objects are ids, so that a
 * snapshot is this structure itself.
 */

import type { Slot } from '@upstart/common';
import type { JobDefinition } from '@upstart/job-language';
import type { Goal, LogPriority, Outgoing, Recipients, State, WireError } from '@upstart/protocol';
import type { ConditionState } from './condition-state.ts';
import type { ExitJobState } from './exit-job-state.ts';
import type { ExitState, FailureState } from './failure-state.ts';
import type { LeaseState } from './lease-state.ts';
import type { NotifyState } from './notify-state.ts';
import type { PausedQueue } from './paused-queue.ts';
import type { CheckState, LogMark, ProbeProcess, QueuedTry, ReadinessState } from './probe-state.ts';
import type { ProcessState } from './process-state.ts';
import type { RespawnPause, RespawnSeries } from './respawn-state.ts';
import type { EngineSettings } from './settings.ts';
import type { TimerState } from './timers.ts';

export type WaitKind = 'start' | 'stop' | 'restart' | 'emit';

/** A client that waits, by the key of its request. */
export interface Waiter {
  kind: WaitKind;
  key: string;
}

/** An event that was emitted and has not finished (reference: events §1). */
export interface EventState {
  id: number;
  name: string;
  env: string[];
  handled: boolean;
  failed: boolean;
  /** The number of conditions and jobs that keep it from finishing. */
  blockers: number;
  /** The instances (in `starting` or `stopping`) that wait for it. */
  instances: number[];
  waiters: Waiter[];
  /** The instance of the process that has emitted it and waits for it to finish; absent where that is unknown. */
  emitter?: number;
  /** The entry of the history that it follows from; absent: none. */
  change?: number;
  /** The entry of the history after which no job blocked the event any more; absent: no job has blocked it. */
  freed?: number;
  /** How many restarts and reloads by events it follows from, one after another; absent: none. */
  chain?: number;
  /** The descriptor that its client has sent, by the number under which the supervisor keeps it. */
  file?: number;
  /** The operands that it may match; absent: all. */
  only?: Recipients;
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
  /** When its start began, in milliseconds of monotonic time, until it runs. */
  startBeganMs?: number;
  /** How long its last start took from then on, in milliseconds. Absent: none has ended under a daemon that measures it. */
  readyTimeMs?: number;
  /** Shared with other instances that have the same variables: replaced, never changed. */
  env: readonly string[];
  /** The next `env`, from the entry of `starting` on; null: unchanged. */
  startEnv: string[] | null;
  /** Descriptors of the events that started it, which its processes get; with `env`. Absent: none. */
  files?: readonly number[];
  /** The next `files`, with `startEnv`. */
  startFiles?: readonly number[];
  /** Additional variables for pre-stop and post-stop. */
  stopEnv: string[];
  stopOn: ConditionState | null;
  /** Absent: the job has none. */
  restartOn?: ConditionState;
  reloadOn?: ConditionState;
  /** It stops to start again, once a hook that runs now has ended; see `lifecycle/restart.ts`. */
  restarts?: true;
  /** A restart by events that comes when these are quiet: its cause, the last event's entry, and variables for its hooks. */
  postponed?: { timer: number; by: string; after: number; stopEnv: string[] };
  /** It gets its reload signal as soon as it runs. */
  reloads?: true;
  /** How many restarts and reloads by events have led to what it does, its own included; absent: none. */
  chain?: number;
  /** Why the goal is what it is, for explanations: `by request`. A state saved by an older daemon lacks it. */
  cause?: string;
  processes: Partial<Record<Slot, ProcessState>>;
  /** The id of the starting or stopping event that it waits for, or 0. */
  blocker: number;
  /** Ids of the events that wait for this instance; an event that satisfied two operands is listed twice. */
  blocking: number[];
  waiters: Waiter[];
  failure: FailureState | null;
  /** Seconds of monotonic time at which the respawn window began, and respawns since. */
  respawnWindowS: number;
  respawnCount: number;
  /** All respawns of this run, for explanations. */
  respawns: number;
  /** The times of the last ones, in milliseconds of monotonic time, oldest first; enough to tell whether it flaps. Absent: none. */
  respawnedAt?: number[];
  /** Its respawns without a long run between them; absent before the first one. */
  series?: RespawnSeries;
  /** The pause before the respawn that comes. */
  pause?: RespawnPause;
  /** The timer of the settle time of its main process, while that lasts. */
  settling?: { timer: number };
  /** Its probes, from when its main process is up until it has started. */
  readiness?: ReadinessState;
  /** What its main process has said of itself. Absent: nothing. */
  notify?: NotifyState;
  /** Where the output of its main process begins, for `ready log`. */
  logMark?: LogMark;
  /** Its probes of `check`, from when it runs for the first time. */
  checks?: CheckState[];
  /** Its lease, which it waits for or has. Absent: it needs none, or does not start. */
  lease?: LeaseState;
  /** A request has forced its stop: hooks get the kill signal. */
  forced?: boolean;
  /** How its main process ended last. */
  lastExit?: ExitState;
  /** The id of the kill timer, or 0. */
  killTimer: number;
  /** The ids of the standing orders for the end of its main process; at most one was carried out. */
  orders?: number[];
  /** Whether the last standing order holds: it was not withdrawn. */
  orderHolds?: boolean;
  /** The process that the supervisor has started by a standing order, until it becomes the main process. */
  successor?: ProcessState;
  /** How many timers came while it ran; absent: none. */
  skippedTurns?: number;
  /** Recent facts that help to explain the state. */
  hints: string[];
  /** Its latest entry in the history. */
  lastChange?: number;
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

/** A job class: the definition in use, and the progress of its `start on`. */
export interface ClassState {
  id: number;
  definition: JobDefinition;
  startOn: ConditionState | null;
  /** Instance name → id. */
  instances: Map<string, number>;
  /** The replacement once the last instance has ended; `definition` null: none, the file is gone. */
  next: { definition: JobDefinition | null } | null;
  last: LastEnd | null;
  /** Why an event could not start or stop the job lately; until the job is started. `at` in milliseconds since the epoch. */
  refused?: { at: number; text: string };
}

export interface QuiesceState {
  reason: 'shutdown' | 'logout';
  phase: 'wait' | 'kill';
  /** Milliseconds of monotonic time. */
  beganMs: number;
  phaseBeganMs: number;
}

/** A log that cannot be written. */
export interface LogTroubleState {
  errno: number;
  /** Milliseconds since the epoch. */
  since: number;
  /** Bytes of output that were dropped, as far as the supervisor has reported them. */
  dropped: number;
}

/** The answer to a request, kept so that a repeated request gets it again. */
export type Answer = { result: unknown } | { error: WireError };

export interface EngineState {
  settings: EngineSettings;
  /** Whether the first events of init have been emitted. */
  begun: boolean;
  /** Their names. A state saved by an older daemon lacks it. */
  firstEvents?: string[];
  /** Ids of events, instances, classes and timers; never reused. */
  nextId: number;
  /** Ids of commands to the supervisor; never reused. */
  nextCommand: number;
  /** How many entries the history has had. A state saved by an older daemon lacks it. */
  changes?: number;
  /** The sequence number of the last report that was applied. */
  lastReport: number;
  /** Reports about processes of commands up to this one may have been lost with a state; absent: none were. */
  lostUpTo?: number;
  /**
   * Whether standing orders are given. Not while the inputs of an older daemon are replayed, which gave none: commands would get
   * other ids than they had.
   */
  givesOrders?: boolean;
  environment: string[];
  /** The log priority, once a client has changed it; it outlives the daemon. Otherwise the options set it. */
  logPriority?: LogPriority;
  /** The bus that a client of a session has named. */
  dbusAddress?: string;
  /** All classes in use, by name. */
  classes: Map<string, ClassState>;
  instances: Map<number, InstanceState>;
  /** Events that have not finished, in the order of their creation. */
  events: Map<number, EventState>;
  /** Names of events that have been emitted, for explanations; bounded by MAX_SEEN. A state saved by an older daemon lacks it. */
  seenEvents?: Set<string>;
  /** Faults of the engine by the name of the job, until its file changes; bounded. `at` in milliseconds since the epoch. */
  faults?: Map<string, { count: number; at: number; text: string }>;
  /** Set while the event queue is paused. */
  paused?: PausedQueue;
  timers: Map<number, TimerState>;
  quiesce: QuiesceState | null;
  /** The job that init ends with, once a process of it has ended; a state saved by an older daemon lacks it. */
  exitJob?: ExitJobState;
  ended: boolean;
  /** Log files that cannot be written, by path, the oldest first; absent: none yet. */
  logTroubles?: Map<string, LogTroubleState>;
  /** Listening sockets, whose descriptors have these numbers, by their names (`packages/common/src/socket-operand.ts`); absent: none. */
  sockets?: Map<string, number>;
  /** Events that are to go to the cluster, oldest first, and how many there was no place for; absent: none. */
  outgoing?: Outgoing;
  /** The number of the last event of each feed, the one that was used last at the end; bounded by MAX_FEEDS. Absent: none. */
  feeds?: Map<string, number>;
  /** Processes of probes, by the ids of their commands; absent: none. */
  probeProcesses?: Map<number, ProbeProcess>;
  /** Commands of probes that wait for their turn, oldest first; absent: none. */
  probeQueue?: QueuedTry[];
  /** The keys of requests that wait until their signal was sent, by the id of the command. */
  signalled: Map<number, string>;
  /** The keys of repeatable requests without an answer yet. */
  asked: Set<string>;
  /** Answers to repeatable requests, oldest first; the input `forget` deletes them. */
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

/** Whether init is ending, so that every job is to stop. */
export function isEnding({ state: { quiesce } }: { state: Pick<EngineState, 'quiesce'> }): boolean {
  return quiesce?.phase === 'kill';
}

/** `NAME`, or `NAME (INSTANCE)`: the name of an instance in messages. */
export function displayName(job: string, instance: string): string {
  return instance === '' ? job : `${job} (${instance})`;
}

/** The longest text of an event; longer ones are cut. */
const MAX_EVENT_TEXT = 200;

/** An event as users read it: its name and its variables, without `INSTANCE=` and `RESULT=ok`. */
export function eventText({ name, env }: Pick<EventState, 'name' | 'env'>): string {
  let text = name;
  for (const variable of env) {
    if (text.length > MAX_EVENT_TEXT) break;
    if (variable !== 'INSTANCE=' && variable !== 'RESULT=ok') text += ` ${variable}`;
  }
  return text.length <= MAX_EVENT_TEXT ? text : `${text.slice(0, MAX_EVENT_TEXT - 1)}…`;
}
