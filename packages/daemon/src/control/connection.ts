/**
 * One client's connection: requests in, answers and notifications out, within bounds.
 */
import type { Socket } from 'node:net';
import { lastWords, Patience } from '@upstart/common';
import {
  CLIENT_LIMITS,
  type DaemonFrame,
  type ErrorFrame,
  type Notification,
  type Params,
  type RequestFrame,
  type RequestHandler,
  RequestStream,
  STRANGER_LIMITS,
  UpstartError,
  upstartError,
} from '@upstart/protocol';
import { monotonicNow } from '../time/clock.ts';
import { Admission } from './admission.ts';
import { ClientProcess } from './client-process.ts';
import type { ConnectionParts } from './connection-parts.ts';
import { Deliveries } from './deliveries.ts';
import { Farewell } from './farewell.ts';
import { handle } from './handlers.ts';
import { CONNECTION_LIMITS } from './limits.ts';
import type { Holder } from './memory-budget.ts';
import { notificationFrame, publicNotification } from './notification-frame.ts';
import { runCommandLine } from './run-command.ts';

const { greetingMs, turnBytes } = CONNECTION_LIMITS;

/** Takes over a connection whose client speaks D-Bus, and has sent these bytes. */
export type DBusHandler = (socket: Socket, first: Buffer) => void;

interface QueuedRequest {
  request: RequestFrame;
  length: number;
}

export class Connection implements RequestHandler, Holder {
  readonly #parts: ConnectionParts;
  readonly #socket: Socket;
  readonly #stream: RequestStream;
  readonly #notify = (notification: Notification): void =>
    this.#write(notificationFrame(this.#parts.privileged ? notification : publicNotification(notification)));
  readonly #whenClosed = (done: () => void): void => void this.#socket.once('close', done);
  /** Input that is not parsed yet: none, or the rest of one chunk. */
  #unread: Buffer | null = null;
  readonly #queue: QueuedRequest[] = [];
  readonly #deliveries: Deliveries;
  #greeting: Patience | null;
  /** Set once the connection has been rejected. */
  #farewell: Farewell | null = null;
  readonly #admission: Admission;
  readonly #process: ClientProcess;
  readonly #toDBus: DBusHandler | null;
  /** The connection is that of a D-Bus client. */
  #isHandedOver = false;

  /** `toDBus` takes the connections of D-Bus clients; null: they are not served here. */
  constructor(parts: ConnectionParts, socket: Socket, toDBus: DBusHandler | null = null) {
    this.#parts = parts;
    this.#socket = socket;
    this.#toDBus = toDBus;
    this.#stream = new RequestStream(this, parts.privileged ? CLIENT_LIMITS : STRANGER_LIMITS);
    this.#admission = new Admission(parts, socket, this, () => {
      if (this.#queue.length > 0 || this.#unread) this.#proceed();
    });
    this.#process = new ClientProcess(parts.context, socket);
    this.#deliveries = new Deliveries(parts.context.runner.keptAnswers);
    this.#greeting = new Patience(greetingMs, () => this.#refuseSilence());
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('drain', () => this.#proceed());
    // A client that disconnects affects no other client; `close` follows.
    socket.on('error', () => {});
    socket.on('close', (failed) => this.#closed(socket.readableEnded && !failed));
  }

  /** No request of this client is in progress. */
  get idle(): boolean {
    return this.#admission.isIdle;
  }

  /** The client has sent input that was not processed yet. */
  get behind(): boolean {
    return this.#queue.length > 0 || this.#unread !== null || this.#socket.isPaused();
  }

  request(request: RequestFrame, length: number): void {
    this.#greeting?.end();
    this.#greeting = null;
    this.#admission.queued(length);
    this.#queue.push({ request, length });
  }

  refuse(answer: ErrorFrame, fatal: boolean): void {
    if (!fatal) {
      this.#send(answer);
      return;
    }
    this.#unread = null;
    this.#farewell ??= new Farewell(this.#socket, this.#parts.turns, this.#stream.encode(answer));
    this.#endIfAnswered();
  }

  handOver(first: Buffer): boolean {
    if (!this.#toDBus) return false;
    const bytes = this.#unread ? Buffer.concat([first, this.#unread]) : first;
    this.#isHandedOver = true;
    for (const event of ['data', 'drain', 'close']) this.#socket.removeAllListeners(event);
    this.#closed(true);
    this.#toDBus(this.#socket, bytes);
    return true;
  }

  /** Sends what was written in this turn, and that nothing else comes. Reads nothing from now on. */
  end(): void {
    this.#socket.pause().end();
  }

  close(): void {
    this.#socket.destroy();
  }

  cutOff(): void {
    this.#parts.context.log.write('info', 'A client that leaves too much unread is cut off');
    this.close();
  }

  #received(chunk: Buffer): void {
    if (this.#farewell) {
      this.#farewell.discard(chunk.length);
      return;
    }
    this.#unread = this.#unread ? Buffer.concat([this.#unread, chunk]) : chunk;
    this.#proceed();
  }

  /** Resumes requests that waited for room, and begins the ones that may begin. */
  #proceed(): void {
    if (!this.#socket.writable) return;
    this.#admission.wake();
    const isDone = this.#hasWork && this.#admission.inTurn(() => this.#workAndSteer());
    if (!isDone) this.#steer();
  }

  #work(): void {
    do {
      while (this.#queue.length > 0 && this.#mayBegin) this.#begin(this.#queue.shift() as QueuedRequest);
    } while (this.#queue.length === 0 && this.#read());
  }

  get #hasWork(): boolean {
    return this.#queue.length > 0 ? this.#mayBegin : this.#mayRead;
  }

  #workAndSteer(): void {
    this.#work();
    this.#steer();
  }

  /** Sends the reason for a rejection, after the answers to all earlier requests. */
  #endIfAnswered(): void {
    if (this.#queue.length === 0 && this.#admission.isIdle) this.#farewell?.end();
  }

  /** Reads more input once the queue is empty; otherwise pauses the socket. */
  #steer(): void {
    this.#endIfAnswered();
    if (this.#farewell || this.#isHandedOver) return;
    if (this.#queue.length > 0 || this.#unread || this.#admission.isFull) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
    this.#account();
  }

  get #mayBegin(): boolean {
    return this.#admission.mayBegin(this.#deliveries.waiting);
  }

  get #mayRead(): boolean {
    return this.#unread !== null && this.#admission.mayRead;
  }

  /** Parses some of the input; false if there is none, or the rest waits for the next turn. */
  #read(): boolean {
    const unread = this.#unread;
    if (!unread || !this.#mayRead) return false;
    // The parts of one large request are only copied, so one turn may take all of them.
    const length = Math.max(turnBytes, this.#stream.missing);
    this.#admission.read(Math.min(turnBytes, unread.length));
    this.#unread = unread.length > length ? unread.subarray(length) : null;
    this.#stream.push(unread.subarray(0, length));
    return true;
  }

  #begin({ request, length }: QueuedRequest): void {
    this.#admission.begun();
    const keys: string[] = [];
    this.#answer(request, keys).then((frame) => {
      this.#admission.finished(length);
      this.#deliver(frame, keys);
      this.#proceed();
    });
  }

  #deliver(frame: DaemonFrame, keys: readonly string[]): void {
    if (!this.#socket.writable) {
      this.#parts.context.runner.keptAnswers.wereLost(keys, monotonicNow());
      return;
    }
    const bytes = this.#stream.encode(frame);
    const taken = this.#deliveries.answered(bytes.length, keys);
    this.#write(bytes, (error) => {
      if (error) return;
      taken();
      if (this.#queue.length > 0) this.#proceed();
    });
  }

  /** The frame that answers; adds to `keys` the keys of the engine's answers that the client needs until it has read the frame. */
  async #answer({ id, method, params, key }: RequestFrame, keys: string[]): Promise<DaemonFrame> {
    const { context, privileged } = this.#parts;
    const needs = (needed: string): void => void keys.push(needed);
    try {
      const result = await handle(context, method, params, {
        privileged,
        key,
        process: this.#process,
        needs,
        turn: () => this.#admission.costlyTurn(),
        watch: () => context.runner.watchers.add(this.#notify),
        closed: this.#whenClosed,
        run: (command) => this.#run(id, command, key, needs),
      });
      return { id, result };
    } catch (error) {
      if (!(error instanceof UpstartError)) context.log.write('error', `${method}: ${lastWords(error)}`, { method });
      const known = error instanceof UpstartError ? error : upstartError('internal', (error as Error).message);
      return { id, error: known.toWire() };
    }
  }

  #run(id: number, params: Params<'run'>, key: string | undefined, needs: (key: string) => void): Promise<number> {
    const socket = this.#socket;
    const { context, privileged } = this.#parts;
    const write = (fd: 1 | 2, data: Uint8Array): void => this.#send({ id, fd, data });
    this.#process.claim(params.argv[0] ?? '', key);
    const gone = new AbortController();
    const abort = (): void => gone.abort();
    socket.once('close', abort);
    const caller = {
      privileged,
      key,
      process: this.#process,
      needs,
      write,
      turn: () => this.#admission.costlyTurn(),
      gone: gone.signal,
    };
    return runCommandLine(context, params, caller).finally(() => {
      socket.off('close', abort);
      context.configuration.watchSoon();
    });
  }

  #send(frame: DaemonFrame): void {
    if (this.#socket.writable) this.#write(this.#stream.encode(frame));
  }

  /** Calls `taken` when the kernel has taken the bytes, with an error when it never will. */
  #write(bytes: Buffer, taken?: (error?: Error | null) => void): void {
    if (!this.#socket.writable) return;
    // Sends the answers of one turn together: each write would wake the client.
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    this.#socket.write(bytes, taken);
    this.#account();
  }

  #account(): void {
    this.#admission.account(this.#stream.held + (this.#unread?.length ?? 0));
  }

  #refuseSilence(): void {
    this.refuse({ id: 0, error: upstartError('bad-request', 'no hello within 10 seconds').toWire() }, true);
  }

  #closed(inOrder: boolean): void {
    this.#deliveries.closed(inOrder, monotonicNow());
    this.#greeting?.end();
    this.#farewell?.closed();
    this.#parts.context.runner.watchers.delete(this.#notify);
    this.#queue.length = 0;
    this.#unread = null;
    this.#admission.closed();
  }
}
