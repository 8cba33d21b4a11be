/** What a main process has said of itself, by sd_notify(3) or on the descriptor of `expect fd`. */

/** Until the process has ended. */
export interface NotifyState {
  /** The start waits for READY=1: its timeout, and the end of that in milliseconds since the epoch. */
  awaited?: AwaitedState;
  /** STATUS=, on one line and cut. */
  status?: string;
  /** ERRNO= */
  errno?: number;
  /** It has said STOPPING=1. */
  isStopping?: true;
  /** It has said RELOADING=1, and no READY=1 since. */
  isReloading?: true;
  /** Requests to reload it that are not answered yet. */
  reload?: ReloadState;
  /** Since it has started, with `watchdog`. */
  watchdog?: WatchdogState;
  /** Misuses that have been logged: once each. */
  logged?: string[];
}

export interface AwaitedState {
  timer: number;
  /** It has closed its descriptor, and can never be ready. */
  isClosed?: true;
}

export interface ReloadState {
  /** The keys of the requests. */
  keys: string[];
  /** Until RELOADING=1 has to have come, or READY=1 after it. */
  timer: number;
}

export interface WatchdogState {
  timer: number;
  /** When WATCHDOG=1 came last, in milliseconds of monotonic time. */
  fedMs: number;
  /** It has got SIGABRT: the timer is that of SIGKILL. */
  isOver?: true;
}
