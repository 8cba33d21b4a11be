/**
 * The calls of one caller, begun in the order in which they came. One that waits for a job or an event is answered later, and
 * the next one is begun meanwhile.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { releaseFiles } from './arrived-files.ts';
import { failed, limitsExceeded, toDBusError } from './errors.ts';
import type { GatewayClient, GatewayHost } from './host.ts';
import { LIMITS } from './limits.ts';
import { dispatch } from './objects/dispatch.ts';
import { Later } from './objects/table.ts';
import { type Header, MESSAGE_TYPES, NO_REPLY_EXPECTED, type Outgoing, type Value } from './wire/message.ts';
import type { Received } from './wire/message-stream.ts';

export interface CallerParts {
  readonly host: GatewayHost;
  readonly client: GatewayClient;
  /** Sends the message to the caller. Throws for values that D-Bus cannot carry. */
  send(message: Outgoing): void;
  /** Whether the caller has to read before anything more is done for it. */
  isFull(): boolean;
  /** Called when a call has been begun: there is room for more, and perhaps nothing left to do. */
  advanced(): void;
}

export class Caller {
  readonly #parts: CallerParts;
  readonly #queue: Received[] = [];
  #queuedBytes = 0;
  #waiting = 0;
  #isBusy = false;
  #isClosed = false;

  constructor(parts: CallerParts) {
    this.#parts = parts;
  }

  /** Nothing is being done for it. */
  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#waiting === 0 && !this.#isBusy;
  }

  /** No further call is taken before one has been begun. */
  get hasNoRoom(): boolean {
    return this.#queue.length >= LIMITS.queuedCalls || this.#queuedBytes >= LIMITS.messageBytes;
  }

  push(call: Received): void {
    this.#queue.push(call);
    this.#queuedBytes += call.bytes;
    void this.proceed();
  }

  refuse(call: Header, error: Error): void {
    this.#fail(call, error);
  }

  /** Begins the calls that wait for their turn, as far as the caller reads its answers. */
  async proceed(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (!this.#isClosed && !this.#parts.isFull()) {
      const call = this.#queue.shift();
      if (!call) break;
      this.#queuedBytes -= call.bytes;
      await this.#carryOut(call);
      this.#parts.advanced();
    }
    this.#isBusy = false;
    this.#parts.advanced();
  }

  /** The caller has gone. Its request stays in force. */
  close(): void {
    this.#isClosed = true;
    for (const { files } of this.#queue.splice(0)) releaseFiles(files);
  }

  async #carryOut(call: Received): Promise<void> {
    if (this.#waiting >= LIMITS.waitingCalls) {
      this.#fail(call, limitsExceeded(`More than ${LIMITS.waitingCalls} calls wait for jobs or events`));
      releaseFiles(call.files);
      return;
    }
    let isLater = false;
    try {
      const { answer, signature } = await dispatch(call, this.#parts.client);
      if (!(answer instanceof Later)) {
        this.#reply(call, signature, answer);
        return;
      }
      this.#waiting++;
      isLater = true;
      void this.#replyLater(call, signature, answer);
      // The daemon takes requests at the end of a turn: the next call is to find what this one has changed.
      await nextTurn();
    } catch (error) {
      this.#fail(call, error);
    } finally {
      if (!isLater) releaseFiles(call.files);
    }
  }

  async #replyLater(call: Received, signature: string, { answer }: Later): Promise<void> {
    try {
      this.#reply(call, signature, await answer);
    } catch (error) {
      this.#fail(call, error);
    }
    releaseFiles(call.files);
    this.#waiting--;
    this.#parts.advanced();
  }

  #reply(call: Header, signature: string, body: readonly Value[]): void {
    this.#send(call, { type: MESSAGE_TYPES.reply, ...(signature === '' ? {} : { signature, body }) });
  }

  #fail(call: Header, error: unknown): void {
    const known = toDBusError(error);
    if (!known) this.#parts.host.log('error', `D-Bus: ${call.member}: ${(error as Error).stack}`);
    const { errorName, message } = known ?? failed(`Internal error: ${(error as Error).message}`);
    this.#send(call, { type: MESSAGE_TYPES.error, errorName, signature: 's', body: [message] });
  }

  #send({ flags, serial, sender }: Header, message: Outgoing): void {
    if (this.#isClosed || (flags & NO_REPLY_EXPECTED) !== 0) return;
    const to = sender === undefined ? {} : { destination: sender };
    this.#parts.send({ ...message, ...to, flags: NO_REPLY_EXPECTED, replySerial: serial });
  }
}
