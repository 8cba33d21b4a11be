/** How runs and processes have ended. */
import type { Slot } from '@upstart/common';
import type { State } from '@upstart/protocol';

/** Why an instance failed: the first failure of a run. */
export interface FailureState {
  slot: Slot | 'respawn' | 'ready';
  /** Exit status, signal << 8, -1: could not be spawned, 0 with `respawn` (too fast) and `ready` (too late). */
  status: number;
  text: string;
  state: State;
  at: number;
  /** The process that failed, as its log knows it; absent: none has run, or it is not known. */
  pid?: number;
  /** The setting of the job's file that matters, in words; only for users who may read it. */
  setting?: string;
}

/** How a process ended; `status` is the exit status or signal << 8, -1: unknown. `at` in milliseconds since the epoch. */
export interface ExitState {
  status: number;
  at: number;
}
