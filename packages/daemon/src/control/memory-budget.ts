/**
 * The memory of all connections of one socket together: unread answers, incomplete requests, requests that wait. A limit on the
 * number of connections alone would not bound it.
 */

export interface Holder {
  /** Disconnects the client, which frees its memory. */
  cutOff(): void;
}

export class MemoryBudget {
  readonly #maxBytes: number;
  readonly #held = new Map<Holder, number>();
  #total = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Notes how many bytes `holder` holds now. If all of them hold too much, the largest holders are disconnected: a client that
   * reads its answers, and sends no faster than init processes, never holds much.
   */
  note(holder: Holder, bytes: number): void {
    this.#total += bytes - (this.#held.get(holder) ?? 0);
    if (bytes === 0) this.#held.delete(holder);
    else this.#held.set(holder, bytes);
    while (this.#total > this.#maxBytes) {
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
