/**
 * The fate of a connection's answers. The kernel takes them and holds them for the client, also when the daemon dies, but does
 * not tell when they are read. It holds no more than fits into a socket's buffer, though.
 */
import type { KeptAnswers } from '../runner/kept-answers.ts';

/** With so many bytes behind it an answer has been read: a buffer holds 208 KiB unless `net.core.wmem_default` says otherwise. */
export const READ_BEFORE = 512 * 1024;

interface Delivery {
  /** Where it ends, in bytes of answers since the beginning of the connection. */
  end: number;
  /** Of the answers that the client needs until it has this one. */
  keys: readonly string[];
}

export class Deliveries {
  readonly #kept: KeptAnswers;
  #written = 0;
  #taken = 0;
  /** Answers that the kernel has not taken. */
  waiting = 0;
  /** Those with keys that may not have been read, oldest first. */
  readonly #unread = new Set<Delivery>();

  constructor(kept: KeptAnswers) {
    this.#kept = kept;
  }

  /** An answer of so many bytes is written now. What is returned is to be called once the kernel has taken it. */
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

  /** The connection is over. `inOrder`: the client has ended it, and left nothing unread. */
  closed(inOrder: boolean, now: number): void {
    for (const { end, keys } of this.#unread) {
      if (inOrder && end <= this.#taken) this.#kept.wereRead(keys);
      else this.#kept.wereLost(keys, now);
    }
    this.#unread.clear();
  }
}
