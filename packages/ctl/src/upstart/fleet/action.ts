/** The shape of what `upstart fleet` does. */
import type { Fleet } from '../../cluster/fleet.ts';
import type { HostRecord } from '../../cluster/load.ts';
import type { Call } from '../command.ts';

export interface FleetOptions {
  readonly on?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
  readonly timeout?: string | undefined;
  readonly failed?: boolean | undefined;
  readonly wait?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly batch?: string | undefined;
  readonly 'wait-ready'?: boolean | undefined;
  readonly 'stop-on-failure'?: boolean | undefined;
  readonly follow?: boolean | undefined;
  readonly lines?: string | undefined;
  readonly since?: string | undefined;
  readonly grep?: string | undefined;
  readonly brief?: boolean | undefined;
}

export interface FleetCall {
  /** Its words are those after the action. */
  readonly call: Call<FleetOptions>;
  readonly fleet: Fleet;
  /** The hosts that are meant. */
  readonly hosts: readonly HostRecord[];
}

export interface FleetAction {
  /** The form of its words, for errors: `JOB..`. */
  readonly words: string;
  readonly least: number;
  readonly most: number;
  /** The options that it takes besides `--json`, `--timeout` and `--on`. */
  readonly options: readonly (keyof FleetOptions)[];
  /** Resolves with the exit status. */
  run(given: FleetCall): Promise<number>;
}

/** In the order of the help. */
export const ACTION_NAMES = [
  ...(['ps', 'status', 'start', 'stop', 'restart', 'reload'] as const),
  ...(['logs', 'events', 'explain', 'hosts', 'drain', 'undrain', 'forget'] as const),
] as const;
/** How long the answer to a question may take without `--timeout`. */
export const QUESTION_S = 10;
/** A host did not answer, or did not allow it, so the answer is a part of the whole. */
export const PARTIAL = 5;
