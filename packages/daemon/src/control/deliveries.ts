/**
 * Tracks which answers of a connection may still be unread. The kernel holds them for the client, also when the daemon dies, but does not
 * report when they are read. It never holds more than the socket's buffer.
 */
import type { KeptAnswers } from '../runner/kept-answers.ts';

/** An answer with so many bytes behind it has been read: a buffer holds 208 KiB unless `net.core.wmem_default` says otherwise. */
export const READ_BEFORE = 512 * 1024;

interface Delivery {
  /** The position of its end, in bytes of answers since the start of the connection. */
  end: number;
  /** The keys of the answers that the client needs until it has read this one. */
  keys: readonly string[];
}

export class Deliveries {
  readonly #kept: KeptAnswers;
  #written = 0;
  #taken = 0;
  /** The number of answers that the kernel has not taken. */
  waiting = 0;
  /** Answers with keys that may be unread, oldest first. */
  readonly #unread = new Set<Delivery>();

  constructor(kept: KeptAnswers) {
    this.#kept = kept;
  }

  /** Notes an answer that is being written. The caller calls the returned function once the kernel has taken the bytes. */
  answered(bytes: number, keys: readonly string[]): () => void {
    this.#written += bytes;
    const end = this.#written;
    this.waiting++;
    if (keys.length > 0) this.#unread.add({ end, keys });
    return () => {
      this.waiting--;
      this.#taken = end;
      for (const delivery of this.#unread) {
        if (delivery.end + READ_BEFORE > end) break;
        this.#unread.delete(delivery);
        this.#kept.wereRead(delivery.keys);
      }
    };
  }

  /** The connection has ended. `inOrder`: the client has closed it and left nothing unread. */
  closed(inOrder: boolean, nowMs: number): void {
    for (const { end, keys } of this.#unread) {
      if (inOrder && end <= this.#taken) this.#kept.wereRead(keys);
      else this.#kept.wereLost(keys, nowMs);
    }
    this.#unread.clear();
  }
}
