/** An event queue that was paused before it was empty, so that other work gets its turn. */
export interface PausedQueue {
  /** The number of pauses since it was last empty. */
  times: number;
  /** The timer that resumes it. */
  timer: number;
}

/** Whether the queue is paused, and the time to resume has not come. */
export function queueIsPaused({
  paused,
  timers,
}: {
  paused?: PausedQueue;
  timers: ReadonlyMap<number, unknown>;
}): boolean {
  return paused !== undefined && timers.has(paused.timer);
}
