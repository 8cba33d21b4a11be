/**
 * Memory of all connections of one socket together: answers that are not read, requests that have not come
 * completely, requests that wait. The number of connections alone would not bound it.
 */

export interface Holder {
  /** Ends the connection, which frees its memory. */
  cutOff(): void;
}

export class MemoryBudget {
  readonly #limit: number;
  readonly #held = new Map<Holder, number>();
  #total = 0;

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Notes how many bytes `holder` has now. If that is too much for all together, those that have most are cut off: a client
   * that reads its answers, and sends no more than is processed, never has much.
   */
  note(holder: Holder, bytes: number): void {
    this.#total += bytes - (this.#held.get(holder) ?? 0);
    if (bytes === 0) this.#held.delete(holder);
    else this.#held.set(holder, bytes);
    while (this.#total > this.#limit) {
      const largest = this.#largest();
      this.#total -= this.#held.get(largest) as number;
      this.#held.delete(largest);
      largest.cutOff();
    }
  }

  #largest(): Holder {
    let found: [Holder, number] | null = null;
    for (const entry of this.#held) if (!found || entry[1] > found[1]) found = entry;
    return (found as [Holder, number])[0];
  }
}
