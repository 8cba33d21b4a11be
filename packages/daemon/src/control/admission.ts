/**
 * Admits the work of one client. Applies every bound of `limits.ts` that delays a client's work:
 *
 * | bound | it delays |
 * | --- | --- |
 * | requests at once, requests in flight | the next request |
 * | requests and bytes in one turn | the rest, until the next turn |
 * | unread answers | everything, until the client reads |
 * | turns of strangers, turns of costly work | one piece of work, until other clients had their turn |
 * | memory of all connections together | nothing: the client that holds most is disconnected |
 */
import type { Socket } from 'node:net';
import { Allowance } from './allowance.ts';
import type { ConnectionParts } from './connection-parts.ts';
import { CostlyTurns } from './costly-turns.ts';
import { CONNECTION_LIMITS } from './limits.ts';
import type { Holder } from './memory-budget.ts';

const { requestCostBytes, unreadBytes } = CONNECTION_LIMITS;

export class Admission {
  readonly #parts: ConnectionParts;
  readonly #socket: Socket;
  readonly #holder: Holder;
  readonly #allowance: Allowance;
  readonly #costly: CostlyTurns;
  #working = 0;
  /** It waits for its turn among the strangers. */
  #inLine = false;
  /** Bytes of the requests that are queued or in progress. */
  #requestBytes = 0;

  /** Disconnects `holder` when it holds too much memory; calls `renewed` when a new turn allows more work. */
  constructor(parts: ConnectionParts, socket: Socket, holder: Holder, renewed: () => void) {
    this.#parts = parts;
    this.#socket = socket;
    this.#holder = holder;
    this.#allowance = new Allowance(renewed);
    this.#costly = new CostlyTurns(socket, parts.turns, parts.privileged);
  }

  /** No request of this client is in progress. */
  get isIdle(): boolean {
    return this.#working === 0;
  }

  /** The client leaves so many answers unread that its next requests wait. */
  get isFull(): boolean {
    return this.#costly.full;
  }

  /** Whether another request may begin; `untaken`: the number of answers that the kernel has not taken. */
  mayBegin(untaken: number): boolean {
    const { requests, inFlight } = this.#parts.limits;
    if (this.#working >= requests || this.#working + untaken >= inFlight) return false;
    return this.#allowance.hasRequests && !this.isFull;
  }

  get mayRead(): boolean {
    return this.#allowance.hasBytes && !this.isFull;
  }

  /** Counts bytes that are read in this turn. */
  read(bytes: number): void {
    this.#allowance.takeBytes(bytes);
  }

  /** Counts a request that has arrived, with its size. */
  queued(bytes: number): void {
    this.#requestBytes += bytes + requestCostBytes;
  }

  begun(): void {
    this.#allowance.takeRequest();
    this.#working++;
  }

  finished(bytes: number): void {
    this.#working--;
    this.#requestBytes -= bytes + requestCostBytes;
  }

  /** Resolves when costly work may begin; rejects when the client has disconnected. */
  costlyTurn(): Promise<void> {
    return this.#costly.next();
  }

  /**
   * Runs `work`: at once for a privileged client; for a stranger in a turn in which no other stranger's work runs. Returns whether
   * it ran at once.
   */
  inTurn(work: () => void): boolean {
    if (this.#parts.privileged) {
      work();
      return true;
    }
    if (this.#inLine) return false;
    this.#inLine = true;
    void this.#parts.turns.next(false).then(() => {
      this.#inLine = false;
      if (!this.#socket.destroyed) work();
    });
    return false;
  }

  /** There may be room for answers again, or the client has disconnected. */
  wake(): void {
    this.#costly.wake();
  }

  /** Notes the memory that the connection holds: unread answers, requests, and `unreadInput` bytes of input. Too much disconnects it. */
  account(unreadInput: number): void {
    const { writableLength, destroyed } = this.#socket;
    if (destroyed) return;
    if (writableLength > unreadBytes) this.#holder.cutOff();
    else this.#parts.budget.note(this.#holder, writableLength + this.#requestBytes + unreadInput);
  }

  /** The connection has ended. */
  closed(): void {
    this.#parts.budget.note(this.#holder, 0);
    this.#costly.wake();
  }
}
