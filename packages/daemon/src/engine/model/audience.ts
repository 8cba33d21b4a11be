/**
 * The readers of the engine's effects. It makes no effect without a reader; its state is the same either way.
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

/** For replayed inputs, whose effects were carried out the first time. */
export const NOBODY: Audience = { debug: false, info: false, watches: false };
