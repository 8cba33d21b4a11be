/** Parts that the parameters of several methods share. */

/** The job instance inside which a command runs. */
export interface Requester {
  job: string;
  instance: string;
}

/** The most characters of `Asking.by`, and of the name of a feed. */
export const MAX_BY = 200;

/** On whose behalf a change is made. */
export interface Behalf {
  /**
   * Where that is not the client itself, for the history: `cluster host web1`. It counts only from the bridge that init has started, which
   * knows the sender from the servers of the cluster; from any other client init ignores it. So does a daemon from before 2.15.
   */
  by?: string;
}

/** How a change is asked for: whether to wait for it, and from inside which job, for explanations. */
export interface Asking extends Behalf {
  wait: boolean;
  from?: Requester;
}

/**
 * The place of an event in a numbered sequence that comes from elsewhere and may be delivered more than once, such as the stream of a
 * cluster. Init notes the last number of each feed with the event, in one step: an event of that number or a lower one is not emitted again.
 */
export interface FeedPlace {
  feed: string;
  /** From 1, rising. */
  sequence: number;
}

/** The conditions that an event is offered to; without it, all. Sources use it whose operands are settings rather than patterns. */
export interface Recipients {
  /** The arguments of an operand, as they stand in the condition: operands with others do not match. */
  args: string[];
  /** The only job that gets the event. */
  job?: string;
}

/** With `force` hooks that run get the kill signal, those that come get it after the kill timeout; also in a stop that is under way. */
export interface Stopping extends Asking {
  force?: boolean;
}

/** The last real-time signal of Linux. */
export const MAX_SIGNAL = 64;

/** A signal by its number, from 1 to MAX_SIGNAL, for the main process or the hook. */
export interface Killing extends Behalf {
  signal: number;
  hook: boolean;
}

/** With `details` the answer has the details of each job and instance. A daemon from before 2.15 gives none. */
export interface Detailed {
  details?: boolean;
}

/** Where opening a listening socket has failed, and the text of the error. */
export interface ListenFailure {
  step: 'socket' | 'reuse' | 'ipv6-only' | 'bind' | 'listen';
  error: string;
}
