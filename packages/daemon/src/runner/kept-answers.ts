/**
 * How long answers to repeatable requests are kept. The engine keeps all of them. This class knows which ones no client can need any more:
 * those that were read, and those whose connection was lost so long ago that no client will repeat the request.
 */

/** Clients reconnect within 30 s after losing their connection; after so many milliseconds they have given up. */
export const GIVEN_UP_AFTER_MS = 60_000;
/** The number of read answers that are kept for a client that repeats a request without need. */
export const MAX_READ = 4096;

export class KeptAnswers {
  /** Keys of answers that were read, oldest first. */
  readonly #read = new Set<string>();
  /** Keys of answers whose connection was lost before they were read, with that time; oldest first. */
  readonly #lost = new Map<string, number>();
  /** Whether a client has sent requests that were not read yet: one of them may repeat a lost request. */
  mayComeAgain: () => boolean = () => false;

  /** The client has read these answers. */
  wereRead(keys: Iterable<string>): void {
    for (const key of keys) {
      this.#lost.delete(key);
      this.#read.delete(key);
      this.#read.add(key);
    }
  }

  /** The connection, or the previous daemon, has ended, and the client may not have these answers. `nowMs`: monotonic time. */
  wereLost(keys: Iterable<string>, nowMs: number): void {
    for (const key of keys) {
      this.claim(key);
      this.#lost.set(key, nowMs);
    }
  }

  /** A client has sent the request (again): keeps the answer until it is read or lost. */
  claim(key: string): void {
    this.#lost.delete(key);
    this.#read.delete(key);
  }

  /** Removes and returns the keys of answers that need not be kept any longer. */
  take(nowMs: number): string[] {
    const keys: string[] = [];
    for (const key of this.#read) {
      if (this.#read.size <= MAX_READ) break;
      this.#read.delete(key);
      keys.push(key);
    }
    if (this.#oldestIsGivenUp(nowMs) && !this.mayComeAgain()) {
      for (const [key, sinceMs] of this.#lost) {
        if (nowMs - sinceMs < GIVEN_UP_AFTER_MS) break;
        this.#lost.delete(key);
        keys.push(key);
      }
    }
    return keys;
  }

  #oldestIsGivenUp(nowMs: number): boolean {
    for (const sinceMs of this.#lost.values()) return nowMs - sinceMs >= GIVEN_UP_AFTER_MS;
    return false;
  }
}
