/**
 * The end of a rejected connection. A client that is disconnected while it sends never reads the reason, so its further input is
 * drained and dropped, within bounds, and in turns like a stranger's work.
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

  /** Sends `last` when all earlier requests have been answered. */
  constructor(socket: Socket, turns: Turns, last: Buffer) {
    this.#socket = socket;
    this.#turns = turns;
    this.#last = last;
    this.#timer = setTimeout(() => socket.destroy(), farewellMs);
    socket.resume();
  }

  /** Sends the last frame and closes this end. */
  end(): void {
    if (this.#socket.writable) this.#socket.end(this.#last);
  }

  /** Drops input of so many bytes. */
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
