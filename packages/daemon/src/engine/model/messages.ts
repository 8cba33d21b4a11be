/**
 * The engine's inputs and effects. Inputs are journaled unchanged; the runner carries out the effects.
 */

import type { Slot } from '@upstart/common';
import type { JobDefinition } from '@upstart/job-language';
import type {
  FeedPlace,
  Goal,
  HistoryEntry,
  LeaseGrant,
  LogPriority,
  Notification,
  Peer,
  Recipients,
  Requester,
  State,
  WireError,
} from '@upstart/protocol';
import type { Command, Report } from '../../supervisor/process-messages.ts';
import type { PeerReference } from './history.ts';
import type { LogSubject } from './log-subject.ts';
import type { ArmedProbe, ProbeResult } from './probe-state.ts';

export type TargetSpec = { job: string; env: string[] } | { job: string; instance: string };
export type EnvTargetSpec = { job: string; instance: string } | null;

/** The requests that change the state; all others are queries (`queries.ts`). */
export type EngineRequest =
  | {
      method: 'start' | 'stop' | 'restart';
      target: TargetSpec;
      wait: boolean;
      from?: Requester;
      by?: string;
      force?: boolean;
      peer?: PeerReference;
    }
  | { method: 'reload'; target: TargetSpec; by?: string; peer?: PeerReference }
  | { method: 'kill'; target: TargetSpec; signal: number; hook: boolean; by?: string; peer?: PeerReference }
  | {
      method: 'emit';
      name: string;
      env: string[];
      wait: boolean;
      from?: Requester;
      by?: string;
      peer?: PeerReference;
      /** The descriptor that its client has sent, by its number. */
      file?: number;
      only?: Recipients;
      place?: FeedPlace;
    }
  /** From now on these listening sockets are there, by name. */
  | { method: 'keepSockets'; sockets: Record<string, number> }
  /** The events for the cluster up to this id have been sent, and that so many were dropped has been reported. */
  | { method: 'outgoingSent'; upTo: number; dropped?: number }
  | { method: 'setEnv'; target: EnvTargetSpec; vars: string[]; replace: boolean }
  | { method: 'unsetEnv'; target: EnvTargetSpec; names: string[] }
  | { method: 'resetEnv'; target: EnvTargetSpec }
  | { method: 'notifyDiskWriteable' }
  | { method: 'notifyDBusAddress'; address: string }
  | { method: 'setLogPriority'; priority: LogPriority }
  /** The lease of this id is the instance's until `deadlineMs` of monotonic time, `ttlMs` after it was acquired or renewed. */
  | ({ method: 'grantLease'; peer?: PeerReference } & LeaseGrant)
  | { method: 'endLease'; lease: number; handOver: boolean; reason: string; peer?: PeerReference }
  | { method: 'tellLeaseHolder'; lease: number; holder: string | null };

/** A process of the supervisor that the state does not know, with the facts that /proc has about it. */
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
  /** The last report that a daemon has acknowledged. Absent in old journals. */
  acknowledged?: number;
  alive: { process: number; pid: number }[];
  unknown: FoundProcess[];
}

/** `now`: milliseconds of monotonic time; `wall`: milliseconds since the epoch. */
interface Timed {
  now: number;
  wall: number;
}

/** An input at which the engine has thrown, and the input that replaces it; see `faults.ts`. */
export interface Fault {
  input: PlainInput;
  /** The job that the engine was processing. */
  job: string | null;
  /** The error in words, for the client of the input. */
  reason: string;
  /** The place in the source where it was thrown, for the log. */
  place: string;
  /** The jobs that the input must not touch this time; null: the input is dropped. */
  without: string[] | null;
}

/** `back`: the position of the replaced input, counted from the end of the journal without faults. */
export type Input = PlainInput | (Timed & { type: 'fault'; back: number; fault: Fault });

/** An input without its time. */
export type UntimedInput = Input extends infer I ? (I extends Input ? Omit<I, 'now' | 'wall'> : never) : never;

export type PlainInput = Timed &
  (
    | { type: 'define'; name: string; definition: JobDefinition | null }
    /** `keep`: the request is repeatable, its answer is kept for a client that lost its connection. */
    | { type: 'request'; key: string; keep: boolean; request: EngineRequest }
    /** The answer to a question about a peer that requests were made with. */
    | { type: 'peer'; question: number; peer: Peer | null }
    /** No client needs these answers any more. */
    | { type: 'forget'; keys: string[] }
    | { type: 'report'; report: Report }
    /** The result of a try of a probe. */
    | { type: 'probed'; result: ProbeResult }
    | Adoption
    /** Init has come up: these events are emitted, once in its life. */
    | { type: 'begin'; events: string[] }
    | { type: 'emit'; name: string; env: string[] }
    /** Standing orders are given from now on: the daemon that began this state gave none. */
    | { type: 'give-orders' }
    | { type: 'quiesce'; reason: 'shutdown' | 'logout' }
    /** Init is to be replaced by the installed one. */
    | { type: 'replace' }
    /** Time has passed: due timers fire. */
    | { type: 'tick' }
  );

/**
 * Work outside of the engine. Each new daemon does it when it starts, so a duty that is lost with a daemon needs no recovery.
 */
export type Duty = 'reload-configuration' | 'listen-again';

export type Effect =
  /** The probe is to be tried until it succeeds, or is not wanted any more. A new daemon finds those that are in `armedProbes`. */
  | { type: 'probe'; probe: ArmedProbe }
  | { type: 'probe-off'; id: number }
  | { type: 'command'; command: Command }
  | { type: 'duty'; duty: Duty }
  | { type: 'reply'; key: string; result: unknown }
  | { type: 'reply-error'; key: string; error: WireError }
  /** `cause`: the reason for the change, as in explanations; see `causes.ts`. */
  | { type: 'goal'; job: string; instance: string; from: Goal; to: Goal; cause: string }
  | { type: 'state'; job: string; instance: string; from: State; to: State }
  | { type: 'process'; job: string; instance: string; slot: Slot; pid: number }
  | { type: 'log'; priority: LogPriority; text: string; about?: LogSubject }
  | { type: 'notify'; notification: Notification }
  /** `question`: the answer to it has the peer of the cause. */
  | { type: 'history'; entry: HistoryEntry; question?: number }
  | { type: 'peer'; question: number; peer: Peer | null }
  /** A client that waits for a pid need not wait any more: the pid is known, or will not come. */
  | { type: 'settled' };
