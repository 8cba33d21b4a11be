/** Explanations: why a job is in its state, and who keeps an event from being over. */
import type { BrokenFile, Slot } from '@upstart/common';
import type { LeaseEntry } from './history.ts';
import type { CheckStatus, Goal, LogTrouble, RespawnSeries, State } from './status.ts';

/** Why an instance ended or is ending; see `Explanation`. */
export interface FailureReason {
  slot: Slot | 'respawn' | 'ready' | null;
  exitStatus: number | null;
  exitSignal: string | null;
  /** The spawn step that failed, as the log says it: `unable to execute: No such file or directory`. */
  spawnError: string | null;
  state: State;
  /** Milliseconds since the epoch. */
  at: number;
  text: string;
}

/** A reason for waiting; `children` are the reasons for that one. */
export interface WaitReason {
  text: string;
  children: WaitReason[];
}

export interface ExplainedOperand {
  text: string;
  seen: boolean;
  /** The event that was seen, or why it may not have come: `db is stop/waiting`; null where nothing is known. */
  note: string | null;
}

/** The answer to "why is this job in the state it is in?". Optional fields are those that a daemon before version 2.14 lacks. */
export interface Explanation {
  job: string;
  /** Whether there is such a job; otherwise there are only the files in `broken` that were to define it. */
  defined: boolean;
  /** Why there is no instance, in a few words; null where there are some, whose own `why` says it. */
  why: string | null;
  /** Notes on the job. */
  notes: string[];
  startOn: { condition: string; operands: ExplainedOperand[] } | null;
  stopOn: string | null;
  /** A daemon before version 2.15 lacks these. */
  restartOn?: string | null;
  reloadOn?: string | null;
  /** A change of its files that takes effect when it has stopped: another definition, or none; null: no change. */
  pending?: 'changed' | 'gone' | null;
  instances: {
    name: string;
    goal: Goal;
    state: State;
    /** Why it is in this state, in a few words. */
    why: string;
    blockedBy: WaitReason[];
    /** The events that it blocks. */
    holds: string[];
    respawns: number;
    /** As in the details of an instance. */
    series?: RespawnSeries | null;
    checks?: CheckStatus[];
    stopOperands: ExplainedOperand[];
    failure: FailureReason | null;
    hints: string[];
    /** It runs because its pre-stop was followed by a start: by a restart, or because the stop was taken back. */
    kept?: boolean;
  }[];
  /** How the last instance that ended went; null before the first one. */
  last: { instance: string; at: number; text: string; failure: FailureReason | null; respawns: number } | null;
  broken: BrokenFile[];
  /** The output of a failed run; null without a failure, or with an empty log. */
  output?: FailedOutput | null;
  /** Processes of the job that init does not supervise, at most ten. */
  unsupervised?: UnsupervisedProcess[];
  /** Logs of its instances, of those that have ended, too, that cannot be written. A daemon from before 2.14 lacks it. */
  logs?: LogTrouble[];
  /** The last changes of its leases, oldest first, for those who may read the history. Absent: it has no `cluster`. */
  leases?: LeaseEntry[];
}

/** Where the output of a failed run is. */
export interface FailedOutput {
  path: string;
  /** The last line of the process that failed; null: it has written none, as far as is known, or the client may not read the log. */
  lastLine: string | null;
}

export interface UnsupervisedProcess {
  pid: number;
  instance: string;
  /** null for those who may not know what jobs run. */
  command: string | null;
  /** It is from before the present main process, or there is none: it has outlived its run. */
  old: boolean;
}

/** The answer to "who keeps the events of this name from being over?": one element an event, oldest first. */
export type EventExplanation = { name: string; env: string[]; failed: boolean; heldBy: WaitReason[] }[];
