/**
 * The end of a rejected connection. A client that is cut off while it sends does not read the reason, so what it still
 * sends is dropped, within bounds, and with as little haste as anything of a stranger's.
 */
import type { Socket } from 'node:net';
import { CONNECTION_LIMITS } from './limits.ts';
import type { Turns } from './turns.ts';

const { farewellBytes, farewellMs } = CONNECTION_LIMITS;

export class Farewell {
  readonly #socket: Socket;
  readonly #turns: Turns;
  readonly #last: Buffer;
  readonly #timer: NodeJS.Timeout;
  #left: number = farewellBytes;

  /** `last` is sent when all earlier requests have been answered. */
  constructor(socket: Socket, turns: Turns, last: Buffer) {
    this.#socket = socket;
    this.#turns = turns;
    this.#last = last;
    this.#timer = setTimeout(() => socket.destroy(), farewellMs);
    socket.resume();
  }

  /** Nothing else will be sent. */
  end(): void {
    if (this.#socket.writable) this.#socket.end(this.#last);
  }

  /** It has sent so many bytes. */
  discard(bytes: number): void {
    this.#left -= bytes;
    if (this.#left <= 0) {
      this.#socket.destroy();
      return;
    }
    this.#socket.pause();
    void this.#turns.next(false).then(() => this.#socket.resume());
  }

  closed(): void {
    clearTimeout(this.#timer);
  }
}
