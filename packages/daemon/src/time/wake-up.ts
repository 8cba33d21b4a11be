/** A timer for one moment in monotonic time. */
import { monotonicNow } from './clock.ts';

/** The longest delay of setTimeout; later deadlines are checked again then. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export class WakeUp {
  readonly #wake: () => void;
  #timer: NodeJS.Timeout | null = null;
  #dueMs = 0;

  /** Calls `wake` when the moment has come, or earlier if it is weeks ahead. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Replaces the moment, in milliseconds of monotonic time; null: none. */
  set(dueMs: number | null): void {
    if (dueMs === null) {
      this.#clear();
      return;
    }
    if (this.#timer && this.#dueMs === dueMs) return;
    this.#clear();
    this.#dueMs = dueMs;
    const delayMs = Math.min(Math.max(0, Math.ceil(dueMs - monotonicNow())), LONGEST_TIMEOUT_MS);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#wake();
    }, delayMs);
  }

  #clear(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
