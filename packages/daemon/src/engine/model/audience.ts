/**
 * Who takes in what happens. The engine need not tell what nobody would hear; its state is the same either way.
 */
export interface Audience {
  /** Lines of priority `debug` are logged. */
  debug: boolean;
  /** Lines of priority `info` are logged, and with them each change of a goal, a state or a process. */
  info: boolean;
  /** Somebody wants to be notified of what jobs do. */
  watches: boolean;
}

export const EVERYBODY: Audience = { debug: true, info: true, watches: true };

/** For inputs that are applied once more, all of which was told the first time. */
export const NOBODY: Audience = { debug: false, info: false, watches: false };
