/**
 * The listeners of the engine. It need not report anything without a listener; its state is the same either way.
 */
export interface Audience {
  /** Lines of priority `debug` are logged. */
  debug: boolean;
  /** Lines of priority `info` are logged, and with them each change of a goal, a state or a process. */
  info: boolean;
  /** Whether a client watches. */
  watches: boolean;
}

export const EVERYBODY: Audience = { debug: true, info: true, watches: true };

/** For inputs that are replayed: all of it was reported the first time. */
export const NOBODY: Audience = { debug: false, info: false, watches: false };
