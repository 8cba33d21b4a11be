/** One request that the agent of a host works on: a question, a change, or a stream. */
import type { NatsConnection } from '@nats-io/transport-node';
import { ABANDONED_MS, ALIVE_MS, WINDOW } from './limits.ts';
import type { FleetInit, FleetStream } from './ports.ts';
import { encodeReply, type FleetFault, MAX_REPLY_BYTES, type ReplyKind } from './reply.ts';

export class Work {
  readonly #nats: NatsConnection;
  readonly #subject: string;
  #alive: NodeJS.Timeout | undefined;
  isStream = false;
  #stream: FleetStream | null = null;
  #end: () => void = () => {};
  #isOver = false;
  #sent = 0;
  #received = 0;
  #dropped = 0;
  #heardMs = performance.now();

  constructor(nats: NatsConnection, subject: string) {
    this.#nats = nats;
    this.#subject = subject;
  }

  fail(fault: FleetFault): void {
    this.#send('error', fault);
  }

  /** Resolves when it is over. Never rejects. */
  async run(init: FleetInit, method: string, params: unknown, by: string): Promise<void> {
    this.isStream = init.kindOf(method)?.isStream === true;
    // A stream says so when it has begun.
    if (!this.isStream) this.#send('alive', null);
    this.#alive = setInterval(() => this.#tick(), ALIVE_MS);
    try {
      if (this.isStream) await this.#follow(init, method, params);
      else this.#finish('result', await init.call(method, params, by));
    } catch (error) {
      this.#finish('error', init.faultOf(error));
    } finally {
      clearInterval(this.#alive);
    }
  }

  /** The asker does not want more. Init continues with what it was asked for. */
  stop(): void {
    this.#isOver = true;
    clearInterval(this.#alive);
    this.#stream?.stop();
    this.#end();
  }

  /** The asker still wants the stream, and has so many items. */
  continues(received: number): void {
    this.#heardMs = performance.now();
    const wasFull = this.#isFull;
    this.#received = Math.max(this.#received, Math.min(received, this.#sent));
    if (this.#isFull || !wasFull) return;
    if (this.#dropped > 0) this.#send('dropped', this.#dropped);
    this.#dropped = 0;
    this.#stream?.drained?.();
  }

  get #isFull(): boolean {
    return this.#sent - this.#received >= WINDOW;
  }

  async #follow(init: FleetInit, method: string, params: unknown): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    this.#stream = await init.stream(method, params, {
      item: (value) => this.#item(value),
      end: (error) => {
        if (error === undefined) this.#finish('end', null);
        else this.#finish('error', init.faultOf(error));
        this.#end();
      },
    });
    if (this.#isOver) this.#stream.stop();
    else this.#send('alive', null);
    await ended;
  }

  #item(value: unknown): boolean {
    if (this.#isOver) return false;
    if (this.#isFull) this.#dropped += 1;
    else if (this.#send('item', value)) this.#sent += 1;
    else this.#dropped += 1;
    return !this.#isFull;
  }

  #tick(): void {
    if (this.isStream && performance.now() - this.#heardMs > ABANDONED_MS) this.stop();
    else this.#send('alive', null);
  }

  #finish(kind: ReplyKind, value: unknown): void {
    if (this.#isOver) return;
    if (!this.#send(kind, value))
      this.#send('error', { fault: 'large', text: `its answer is longer than ${MAX_REPLY_BYTES} bytes` });
    this.#isOver = true;
  }

  /** False: it is too long, and was not sent. */
  #send(kind: ReplyKind, value: unknown): boolean {
    if (this.#isOver) return true;
    const messages = encodeReply(kind, value);
    if (messages === null) return false;
    // A connection that ends takes what is under way with it: the asker hears nothing more.
    if (!this.#nats.isClosed()) for (const message of messages) this.#nats.publish(this.#subject, message);
    return true;
  }
}
