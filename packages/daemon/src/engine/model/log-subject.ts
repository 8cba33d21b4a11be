import type { Slot } from '@upstart/common';
import type { Goal, State } from '@upstart/protocol';

/** The subject of a line of the log: the job, process or event that it is about, as far as there is one. */
export interface LogSubject {
  job?: string;
  /** The name of the instance; empty for a job that has only one. */
  instance?: string;
  slot?: Slot;
  pid?: number;
  goal?: Goal;
  state?: State;
  /** The name of the event. */
  event?: string;
}
