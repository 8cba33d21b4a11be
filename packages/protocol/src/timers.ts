/** Timers in the conditions of jobs, and when they are due. */

export interface TimerStatus {
  job: string;
  /** The part of the file that has the condition: `start on`, `stop on`, `restart on` or `reload on`. */
  stanza: string;
  /** The words behind `timer`, as they stand in the condition. */
  args: string[];
  /** When the next turn is due, in milliseconds since the epoch; null: never. */
  due: number | null;
  /** When that turn starts the job: `due`, and what RANDOM adds. */
  next: number | null;
  /** Why it is never due; null: a word is not wrong. */
  fault: string | null;
}
