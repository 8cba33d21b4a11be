/** The timers of the engine: plain data, so that they outlive the daemon. */
import type { Slot } from '@upstart/common';

export type TimerAction =
  | { kind: 'kill'; instance: number }
  | { kind: 'spawn'; instance: number; slot: Slot }
  /** The pause before a respawn is over. */
  | { kind: 'respawn'; instance: number }
  /** The main process has lived long enough. */
  | { kind: 'settle'; instance: number }
  /** The events of a postponed restart have been quiet for long enough. */
  | { kind: 'restart'; instance: number }
  /** The ready timeout: not all probes have succeeded, or no READY=1 has come. */
  | { kind: 'ready'; instance: number }
  /** The process has been silent for the time of its watchdog, or has not been ended by SIGABRT. */
  | { kind: 'watchdog'; instance: number }
  /** The process does not say that it has reloaded. */
  | { kind: 'reload'; instance: number }
  /** A command is to be tried; `isRetry`: again, after its user or its files of variables were looked up. */
  | { kind: 'probe'; instance: number; probe: number; isRetry?: true }
  /** The timeout of the process of a probe. */
  | { kind: 'probe-timeout'; token: number }
  /** The hook timeout; `token` tells whether it is still the same process. `last`: the hook has got the kill signal already. */
  | { kind: 'hook'; instance: number; slot: Slot; token: number; signal: number; last?: boolean }
  /** The next step of the end of its lease. */
  | { kind: 'lease'; instance: number }
  | { kind: 'quiesce' }
  /** The event queue resumes. */
  | { kind: 'queue' };

/**
 * From so many milliseconds on a timer is late: the daemon was away, stopped or overloaded, and what processes have said in time may
 * not have been read yet. A process that somebody waits for then gets its time again.
 */
export const LATE_MS = 100;

export interface TimerState {
  id: number;
  /** Milliseconds of monotonic time. */
  dueMs: number;
  action: TimerAction;
}
