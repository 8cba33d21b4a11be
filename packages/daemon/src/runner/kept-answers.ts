/**
 * How long answers to repeatable requests are kept. The engine keeps them all; here it is known which of them no client can need any
 * more: those that were read, and those whose connection was lost so long ago that no client will repeat them.
 */

/** Clients connect anew within 30 s of losing their connection; after so many milliseconds they have given up. */
export const GIVEN_UP_AFTER_MS = 60_000;
/** So many answers are kept although they were read, for a client that repeats a request without need. */
export const MAX_READ = 4096;

export class KeptAnswers {
  /** Those that were read, oldest first. */
  readonly #read = new Set<string>();
  /** Those that were not read before their connection was lost, and when that was; oldest first. */
  readonly #lost = new Map<string, number>();
  /** Whether a client has sent requests that were not read yet: the repetition of a lost one may be among them. */
  mayComeAgain: () => boolean = () => false;

  /** The client has these. */
  wereRead(keys: Iterable<string>): void {
    for (const key of keys) {
      this.#lost.delete(key);
      this.#read.delete(key);
      this.#read.add(key);
    }
  }

  /** The connection has ended, or the daemon before this one, and the client may not have these. `nowMs`: monotonic time. */
  wereLost(keys: Iterable<string>, nowMs: number): void {
    for (const key of keys) {
      this.claim(key);
      this.#lost.set(key, nowMs);
    }
  }

  /** A client has asked for it (again): it is kept until it is read or lost. */
  claim(key: string): void {
    this.#lost.delete(key);
    this.#read.delete(key);
  }

  /** Takes those that need not be kept any longer. */
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
