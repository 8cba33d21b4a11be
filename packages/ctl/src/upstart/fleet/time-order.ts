/** Puts what comes from several hosts into the order of time, as far as that is possible while more may come. */

/** So long an item waits for earlier ones of other hosts, in milliseconds. */
export const HOLD_MS = 400;

interface Held<T> {
  readonly atMs: number;
  readonly dueMs: number;
  readonly item: T;
}

export class TimeOrder<T> {
  readonly #held: Held<T>[] = [];

  /** `atMs`: its time; `nowMs`: when it has come, by any clock. */
  add(item: T, atMs: number, nowMs: number): void {
    // Behind those of the same time.
    let at = this.#held.length;
    while (at > 0 && (this.#held[at - 1] as Held<T>).atMs > atMs) at--;
    this.#held.splice(at, 0, { atMs, dueMs: nowMs + HOLD_MS, item });
  }

  /** Those that have waited long enough, and all that come before them. */
  take(nowMs: number): T[] {
    const last = this.#held.findLastIndex(({ dueMs }) => dueMs <= nowMs);
    return this.#held.splice(0, last + 1).map(({ item }) => item);
  }

  /** All. */
  end(): T[] {
    return this.take(Number.POSITIVE_INFINITY);
  }
}
