/**
 * What goes into the engine and what comes out. Inputs are journaled as they are; effects are carried out by others.
 */

import type { Slot } from '@upstart/common';
import type { JobDefinition } from '@upstart/job-language';
import type { Goal, LogPriority, Notification, Requester, State, WireError } from '@upstart/protocol';
import type { Command, Report } from '../../supervisor/process-messages.ts';
import type { LogSubject } from './log-subject.ts';

export type TargetSpec = { job: string; env: string[] } | { job: string; instance: string };
export type EnvTargetSpec = { job: string; instance: string } | null;

/** The requests that change something; everything else is a query (`queries.ts`). */
export type EngineRequest =
  | { method: 'start' | 'stop' | 'restart'; target: TargetSpec; wait: boolean; from?: Requester; force?: boolean }
  | { method: 'reload'; target: TargetSpec }
  | { method: 'kill'; target: TargetSpec; signal: number; hook: boolean }
  | { method: 'emit'; name: string; env: string[]; wait: boolean; from?: Requester }
  | { method: 'setEnv'; target: EnvTargetSpec; vars: string[]; replace: boolean }
  | { method: 'unsetEnv'; target: EnvTargetSpec; names: string[] }
  | { method: 'resetEnv'; target: EnvTargetSpec }
  | { method: 'notifyDiskWriteable' }
  | { method: 'setLogPriority'; priority: LogPriority };

/** A process of the supervisor's that the state does not know, and what can be read of it. */
export interface FoundProcess {
  /** The id of the command that started it. */
  process: number;
  pid: number;
  /** null: not known. */
  job: string | null;
  instance: string;
  argv: string[];
  env: string[];
}

/** The processes that the supervisor runs, for a state that does not agree with them; see `reports/adopt.ts`. */
export interface Adoption {
  type: 'adopt';
  lastCommand: number;
  alive: { process: number; pid: number }[];
  unknown: FoundProcess[];
}

/** `now`: milliseconds of monotonic time; `wall`: milliseconds since the epoch. */
interface Timed {
  now: number;
  wall: number;
}

/** An input that could not be carried out because of a fault of the engine's, and what is done instead; see `faults.ts`. */
export interface Fault {
  input: PlainInput;
  /** The job that was at hand. */
  job: string | null;
  /** The error in words, for the one who asked. */
  reason: string;
  /** Where it was thrown, for the log. */
  place: string;
  /** The jobs without which the input is carried out; null: it is not carried out at all. */
  without: string[] | null;
}

/** `back`: the input that it takes the place of stands so many places before the end of the journal, faults not counted. */
export type Input = PlainInput | (Timed & { type: 'fault'; back: number; fault: Fault });

/** An input before it is given its time. */
export type UntimedInput = Input extends infer I ? (I extends Input ? Omit<I, 'now' | 'wall'> : never) : never;

export type PlainInput = Timed &
  (
    | { type: 'define'; name: string; definition: JobDefinition | null }
    /** `keep`: the request is repeatable, its answer is kept for a client that lost its connection. */
    | { type: 'request'; key: string; keep: boolean; request: EngineRequest }
    /** No client needs these answers any more. */
    | { type: 'forget'; keys: string[] }
    | { type: 'report'; report: Report }
    | Adoption
    /** Init has come up: these events are emitted, once in its life. */
    | { type: 'begin'; events: string[] }
    | { type: 'emit'; name: string; env: string[] }
    /** From here on standing orders are given, in a state that a daemon has begun which gave none. */
    | { type: 'give-orders' }
    | { type: 'quiesce'; reason: 'shutdown' | 'logout' }
    /** Init is to be replaced by the installed one. */
    | { type: 'replace' }
    /** Time has passed: timers that are due go off. */
    | { type: 'tick' }
  );

/**
 * What is done outside the engine. Each new daemon does it by coming up: one that is lost with a daemon needs nothing else.
 */
export type Duty = 'reload-configuration' | 'listen-again';

export type Effect =
  | { type: 'command'; command: Command }
  | { type: 'duty'; duty: Duty }
  | { type: 'reply'; key: string; result: unknown }
  | { type: 'reply-error'; key: string; error: WireError }
  /** `cause`: why it is another one, as explanations tell it; see `causes.ts`. */
  | { type: 'goal'; job: string; instance: string; from: Goal; to: Goal; cause: string }
  | { type: 'state'; job: string; instance: string; from: State; to: State }
  | { type: 'process'; job: string; instance: string; slot: Slot; pid: number }
  | { type: 'log'; priority: LogPriority; text: string; about?: LogSubject }
  | { type: 'notify'; notification: Notification }
  /** A process whose pid was awaited is known, or will not come. */
  | { type: 'settled' };
