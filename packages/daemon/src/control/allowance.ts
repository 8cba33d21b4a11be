/** The work that one client may cause in one turn of the event loop. */

import { CONNECTION_LIMITS } from './limits.ts';

const { turnRequests, turnBytes } = CONNECTION_LIMITS;

export class Allowance {
  readonly #renewed: () => void;
  #requests = 0;
  #bytes = 0;
  #nextTurn: NodeJS.Immediate | null = null;

  /** Calls `renewed` in the turn after one in which some of the allowance was used. */
  constructor(renewed: () => void) {
    this.#renewed = renewed;
  }

  get hasRequests(): boolean {
    return this.#requests < turnRequests;
  }

  get hasBytes(): boolean {
    return this.#bytes < turnBytes;
  }

  takeRequest(): void {
    this.#requests++;
    this.#renewNextTurn();
  }

  takeBytes(count: number): void {
    this.#bytes += count;
    this.#renewNextTurn();
  }

  #renewNextTurn(): void {
    this.#nextTurn ??= setImmediate(() => {
      this.#nextTurn = null;
      this.#requests = 0;
      this.#bytes = 0;
      this.#renewed();
    });
  }
}
