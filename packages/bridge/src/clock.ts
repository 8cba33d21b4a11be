/** Time as sources see it, so that their tests have a clock of their own. */ import { uptime } from 'node:os';

export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Milliseconds that have passed since the machine was booted, sleep included, in whole seconds. Setting the clock does not change it. */
  upMs(): number;
  /** Calls `due` after so many milliseconds; the value takes the call back. */
  after(delayMs: number, due: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  upMs: () => Math.floor(uptime()) * 1000,
  after(delayMs, due) {
    const timer = setTimeout(due, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Microseconds of the clock that stands still while the machine sleeps, by which udev notes times. */
export const monotonicUs = (): number => Number(process.hrtime.bigint() / 1000n);
