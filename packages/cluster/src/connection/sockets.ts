/**
 * The sockets of one client of the servers. The client (nats-core 3.4) leaves a socket open when a server takes the connection and never answers: one
 * for each attempt, and a command would not end.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Node publishes each new socket there, in the context of what makes it. */
const NEW_SOCKETS = 'net.client.socket';
const owner = new AsyncLocalStorage<Sockets>();

export class Sockets {
  readonly #open = new Set<Socket>();
  readonly #note = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    if (owner.getStore() !== this) return;
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  };

  constructor() {
    subscribe(NEW_SOCKETS, this.#note);
  }

  /** Calls `make`: the sockets that it makes, and what follows from it, are those of this client. */
  of<T>(make: () => T): T {
    return owner.run(this, make);
  }

  /** Closes those that are open, at a moment when none of them is of use. */
  close(): void {
    for (const socket of this.#open) socket.destroy();
    this.#open.clear();
  }

  end(): void {
    unsubscribe(NEW_SOCKETS, this.#note);
    this.close();
  }
}
