/** Delays the costly work of one client until other clients had their turn and there is room for the answer. */
import type { Socket } from 'node:net';
import { upstartError } from '@upstart/protocol';
import { CONNECTION_LIMITS } from './limits.ts';
import type { Turns } from './turns.ts';

export class CostlyTurns {
  readonly #socket: Socket;
  readonly #turns: Turns;
  readonly #privileged: boolean;
  /** Settles when the costly request before it was admitted: each connection waits in the line once. */
  #last: Promise<void> = Promise.resolve();
  #waiters: (() => void)[] = [];

  constructor(socket: Socket, turns: Turns, privileged: boolean) {
    this.#socket = socket;
    this.#turns = turns;
    this.#privileged = privileged;
  }

  /** The client leaves so many answers unread that its next requests wait. */
  get full(): boolean {
    return this.#socket.writableLength > CONNECTION_LIMITS.fullBytes;
  }

  /** Resolves when it is this client's turn. Rejects when the client disconnects. */
  next(): Promise<void> {
    const mine = this.#last.then(async () => {
      do {
        await this.#room();
        await this.#turns.next(this.#privileged);
        if (this.#socket.destroyed) throw upstartError('internal', 'the client has gone');
      } while (this.full);
    });
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** There may be room again, or the client has disconnected. */
  wake(): void {
    if (!this.full || this.#socket.destroyed) for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #room(): Promise<void> | undefined {
    if (!this.full || this.#socket.destroyed) return;
    return new Promise((resolve) => this.#waiters.push(resolve));
  }
}
