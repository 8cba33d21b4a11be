/**
 * What may be done for one client now. Every bound of `limits.ts` that holds a client's work back is applied here:
 *
 * | bound | what waits |
 * | --- | --- |
 * | requests at once, requests in flight | the next request |
 * | requests and bytes in one turn | what comes beyond, until the next turn |
 * | answers that are not read | everything, until the client reads |
 * | turns of strangers, turns of costly work | one piece of work, until others have had theirs |
 * | memory of all connections together | nothing: the client that has most is cut off |
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
  /** It stands in the line of strangers. */
  #inLine = false;
  /** Bytes of the requests that are queued or worked on. */
  #requestBytes = 0;

  /** `holder` is cut off when it keeps too much; `renewed` is called when a new turn allows more. */
  constructor(parts: ConnectionParts, socket: Socket, holder: Holder, renewed: () => void) {
    this.#parts = parts;
    this.#socket = socket;
    this.#holder = holder;
    this.#allowance = new Allowance(renewed);
    this.#costly = new CostlyTurns(socket, parts.turns, parts.privileged);
  }

  /** Nothing is being done for this client. */
  get isIdle(): boolean {
    return this.#working === 0;
  }

  /** The client leaves so much unread that nothing more is done for it. */
  get isFull(): boolean {
    return this.#costly.full;
  }

  /** Whether another request may be begun; `untaken`: the answers that the kernel has not taken. */
  mayBegin(untaken: number): boolean {
    const { requests, inFlight } = this.#parts.limits;
    if (this.#working >= requests || this.#working + untaken >= inFlight) return false;
    return this.#allowance.hasRequests && !this.isFull;
  }

  get mayRead(): boolean {
    return this.#allowance.hasBytes && !this.isFull;
  }

  /** So many bytes are read now. */
  read(bytes: number): void {
    this.#allowance.takeBytes(bytes);
  }

  /** A request of so many bytes has come. */
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

  /** Resolves when something costly may be done; rejects when the client has gone. */
  costlyTurn(): Promise<void> {
    return this.#costly.next();
  }

  /**
   * Does `work`: at once for those who may change things, and in a turn in which no other stranger has any done. Returns whether
   * it was done at once.
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

  /** There may be room for answers again, or the client has gone. */
  wake(): void {
    this.#costly.wake();
  }

  /** Notes what the connection keeps: answers that are not read, requests, and `unreadInput` bytes of input. Too much ends it. */
  account(unreadInput: number): void {
    const { writableLength, destroyed } = this.#socket;
    if (destroyed) return;
    if (writableLength > unreadBytes) this.#holder.cutOff();
    else this.#parts.budget.note(this.#holder, writableLength + this.#requestBytes + unreadInput);
  }

  /** The connection is over. */
  closed(): void {
    this.#parts.budget.note(this.#holder, 0);
    this.#costly.wake();
  }
}
