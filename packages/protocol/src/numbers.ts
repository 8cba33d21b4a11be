/** Numbers of init itself, for monitoring. */
export interface InitNumbers {
  /** Events that have finished since the daemon was started. */
  finishedEvents: number;
  /** Events that have not finished. */
  pendingEvents: number;
  /** How many daemons this init has had: the first one, and one after each death and each re-execution. */
  daemonStarts: number;
}

export interface NumberMethods {
  numbers: { params: Record<never, never>; result: InitNumbers };
}
