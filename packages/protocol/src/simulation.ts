/**
 * The request of `upstart simulate` to the program behind it, and the answer: JSON on a pipe (docs/json.md). The engine's simulation gives
 * the result, the command prints it.
 */
import type { Goal, State } from './status.ts';

export type SimulatedAction =
  /** Init comes up: its first event is emitted. */
  | { type: 'boot' }
  | { type: 'emit'; name: string; env: string[] }
  | { type: 'start' | 'stop' | 'restart'; job: string; env: string[] };

/** A job file gets another text: the name of the file, and where the text is. */
export interface SimulatedEdit {
  readonly type: 'edit';
  readonly file: string;
  readonly path: string;
}

/** On standard input. */
export interface SimulationOrder {
  /** The folder of the saved state of a running init; null: `confdirs` alone count. */
  readonly stateDir: string | null;
  /** Folders of job files, the first of them having precedence. */
  readonly confdirs: readonly string[];
  /** Whether it begins with a boot, rather than with what runs. */
  readonly boot: boolean;
  /** The event that a boot begins with; null: none. Absent: those of the init that runs, else `startup`. */
  readonly startupEvent?: string | null;
  readonly actions: readonly (SimulatedAction | SimulatedEdit)[];
  /** From the beginning. */
  readonly edits: readonly SimulatedEdit[];
  /** Jobs, and the exit status that their main processes end with. */
  readonly exits: Readonly<Record<string, number>>;
}

/** On standard output. */
export type SimulationAnswer = { result: SimulationResult; warnings: string[] } | { error: string };

/** A change of an instance; `atMs`: milliseconds since the beginning. */
export type SimulatedChange = { atMs: number; job: string; instance: string } & (
  | { kind: 'goal'; to: Goal; cause: string }
  | { kind: 'state'; to: State }
);

/** Why the simulation is over: nothing more would happen before the horizon, or things happen without an end. */
export type SimulationEnding = 'quiet' | 'endless';

export interface SimulationResult {
  readonly changes: readonly SimulatedChange[];
  /** The number of further changes. */
  readonly dropped: number;
  readonly ending: SimulationEnding;
  /** Rejected requests, in words. */
  readonly errors: readonly string[];
  /** After a boot: jobs with a `start on` that were not started, and what they still need. */
  readonly never: readonly { job: string; needs: string }[];
  /** Instances that were started again and again, by their labels. */
  readonly restless: readonly { instance: string; starts: number }[];
  /** Instances that are neither running nor at rest in the end, as `list` shows them. */
  readonly stuck: readonly { job: string; instance: string; goal: Goal; state: State }[];
  /** Assumptions, in words. */
  readonly assumed: readonly string[];
}
