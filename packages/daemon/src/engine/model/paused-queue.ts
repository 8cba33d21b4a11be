/** An event queue that was paused before it was empty, so that other work gets its turn. */
export interface PausedQueue {
  /** The number of pauses since it was last empty. */
  times: number;
  /** The timer that resumes it. */
  timer: number;
}
