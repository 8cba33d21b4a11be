/**
 * One client's connection: requests in, answers and notifications out, within bounds.
 */
import type { Socket } from 'node:net';
import {
  type DaemonFrame,
  type ErrorFrame,
  encodeAnswer,
  type Notification,
  type Params,
  type RequestFrame,
  type RequestHandler,
  RequestStream,
  UpstartError,
  upstartError,
} from '@upstart/protocol';
import { monotonicNow } from '../clock.ts';
import { Allowance, BYTES } from './allowance.ts';
import { Deliveries } from './deliveries.ts';
import { type ControlContext, handle } from './handlers.ts';
import type { Holder, MemoryBudget } from './memory-budget.ts';
import { notificationFrame, publicNotification } from './notification-frame.ts';
import { runCommandLine } from './run-command.ts';
import type { Turns } from './turns.ts';

/** A client that leaves more than this many bytes of answers and notifications unread is cut off. */
const MAX_UNREAD = 32 * 1024 * 1024;
/** With more than this many bytes unread, a client's further requests wait until it has read them. */
const FULL = 1024 * 1024;
/** What a request takes besides its bytes, roughly. */
const REQUEST_COST = 2048;
/** Milliseconds for a client to introduce itself. */
const GREETING_LIMIT = 10_000;

/** What a connection has of the daemon and of the socket that it came by. */
export interface ConnectionParts {
  context: ControlContext;
  /** Whether the client may change things. */
  privileged: boolean;
  /** How many requests are worked on at once. */
  requests: number;
  /** How many requests are in flight at most: begun, and without an answer that the kernel has taken. */
  inFlight: number;
  turns: Turns;
  budget: MemoryBudget;
}

interface QueuedRequest {
  request: RequestFrame;
  length: number;
}

export class Connection implements RequestHandler, Holder {
  private readonly parts: ConnectionParts;
  private readonly socket: Socket;
  private readonly stream = new RequestStream(this);
  private readonly notify = (notification: Notification): void =>
    this.write(notificationFrame(this.parts.privileged ? notification : publicNotification(notification)));
  /** What has come and is still to be read as requests: nothing, or the rest of one chunk. */
  private unread: Buffer | null = null;
  private readonly queue: QueuedRequest[] = [];
  private readonly deliveries: Deliveries;
  private greeting: NodeJS.Timeout | null;
  private working = 0;
  /** Bytes of the requests that are queued or worked on. */
  private requestBytes = 0;
  private readonly allowance = new Allowance(() => {
    if (this.queue.length > 0 || this.unread) this.proceed();
  });
  /** Settles when the costly request before has been let in: each connection stands in the line once. */
  private lastTurn: Promise<void> = Promise.resolve();
  private roomWaiters: (() => void)[] = [];

  constructor(parts: ConnectionParts, socket: Socket) {
    this.parts = parts;
    this.socket = socket;
    this.deliveries = new Deliveries(parts.context.runner.keptAnswers);
    this.greeting = setTimeout(() => this.refuseSilence(), GREETING_LIMIT);
    socket.on('data', (chunk) => {
      this.unread = this.unread ? Buffer.concat([this.unread, chunk as Buffer]) : (chunk as Buffer);
      this.proceed();
    });
    socket.on('drain', () => this.proceed());
    // A client that vanishes is no event for anybody else; `close` follows.
    socket.on('error', () => {});
    let ended = false;
    socket.on('end', () => {
      ended = true;
    });
    socket.on('close', (failed) => this.closed(ended && !failed));
  }

  /** Nothing is being done for this client, now. */
  get idle(): boolean {
    return this.working === 0;
  }

  /** It has sent what was not looked at yet. */
  get behind(): boolean {
    return this.queue.length > 0 || this.unread !== null || this.socket.isPaused();
  }

  request(request: RequestFrame, length: number): void {
    if (this.greeting) clearTimeout(this.greeting);
    this.greeting = null;
    this.requestBytes += length + REQUEST_COST;
    this.queue.push({ request, length });
  }

  refuse(answer: ErrorFrame, fatal: boolean): void {
    this.send(answer);
    // Once the answer is out: a client that does not close its end is not waited for.
    if (fatal) this.socket.destroySoon();
  }

  close(): void {
    this.socket.destroy();
  }

  cutOff(): void {
    this.parts.context.log.write('info', 'A client that leaves too much unread is cut off');
    this.close();
  }

  /** Begins what may be begun, lets go on what waited for room, and reads on if there is nothing left to do. */
  private proceed(): void {
    if (this.socket.destroyed) return;
    if (!this.full) for (const resolve of this.roomWaiters.splice(0)) resolve();
    do {
      while (this.queue.length > 0 && this.mayBegin) this.begin(this.queue.shift() as QueuedRequest);
    } while (this.queue.length === 0 && this.read());
    if (this.queue.length > 0 || this.unread || this.full) this.socket.pause();
    else if (this.socket.isPaused()) this.socket.resume();
    this.account();
  }

  private get mayBegin(): boolean {
    const { requests, inFlight } = this.parts;
    if (this.working >= requests || this.working + this.deliveries.waiting >= inFlight) return false;
    return this.allowance.hasRequests && !this.full;
  }

  /** Reads some more of what has come; false if there is nothing, or it has to wait for the next turn. */
  private read(): boolean {
    const { unread } = this;
    if (!unread || !this.allowance.hasBytes || this.full) return false;
    // What belongs to one large request is only copied, and may come at once.
    const length = Math.max(BYTES, this.stream.missing);
    this.allowance.takeBytes(Math.min(BYTES, unread.length));
    this.unread = unread.length > length ? unread.subarray(length) : null;
    this.stream.push(unread.subarray(0, length));
    return true;
  }

  private get full(): boolean {
    return this.socket.writableLength > FULL;
  }

  private begin({ request, length }: QueuedRequest): void {
    this.allowance.takeRequest();
    this.working++;
    const keys: string[] = [];
    this.answer(request, keys).then((frame) => {
      this.working--;
      this.requestBytes -= length + REQUEST_COST;
      this.deliver(frame, keys);
      this.proceed();
    });
  }

  private deliver(frame: DaemonFrame, keys: readonly string[]): void {
    if (this.socket.destroyed) {
      this.parts.context.runner.keptAnswers.wereLost(keys, monotonicNow());
      return;
    }
    const bytes = encodeAnswer(frame);
    const taken = this.deliveries.answered(bytes.length, keys);
    this.write(bytes, (error) => {
      if (error) return;
      taken();
      if (this.queue.length > 0) this.proceed();
    });
  }

  /** The frame that answers; `keys` gets those of the engine's answers that the client needs until it has read that. */
  private async answer({ id, method, params, key }: RequestFrame, keys: string[]): Promise<DaemonFrame> {
    const { context, privileged } = this.parts;
    const needs = (needed: string): void => void keys.push(needed);
    try {
      const result = await handle(context, method, params, {
        privileged,
        key,
        needs,
        turn: () => this.turn(),
        watch: () => context.runner.watchers.add(this.notify),
        run: (command) => this.run(id, command, key, needs),
      });
      return { id, result };
    } catch (error) {
      if (!(error instanceof UpstartError)) context.log.write('error', `${method}: ${(error as Error).stack}`);
      const known = error instanceof UpstartError ? error : upstartError('internal', (error as Error).message);
      return { id, error: known.toWire() };
    }
  }

  /** Resolves when something costly may be done for this client: others have had their turn, and there is room for the answer. */
  private turn(): Promise<void> {
    const mine = this.lastTurn.then(async () => {
      do {
        await this.room();
        await this.parts.turns.next();
        if (this.socket.destroyed) throw upstartError('internal', 'the client has gone');
      } while (this.full);
    });
    this.lastTurn = mine.catch(() => {});
    return mine;
  }

  private room(): Promise<void> | undefined {
    if (!this.full || this.socket.destroyed) return;
    return new Promise((resolve) => this.roomWaiters.push(resolve));
  }

  private run(
    id: number,
    params: Params<'run'>,
    key: string | undefined,
    needs: (key: string) => void,
  ): Promise<number> {
    const { socket } = this;
    const { context, privileged } = this.parts;
    const write = (fd: 1 | 2, data: Uint8Array): void => this.send({ id, fd, data });
    const gone = new AbortController();
    const abort = (): void => gone.abort();
    socket.once('close', abort);
    const caller = { privileged, key, needs, write, turn: () => this.turn(), gone: gone.signal };
    return runCommandLine(context, params, caller).finally(() => socket.off('close', abort));
  }

  private send(frame: DaemonFrame): void {
    if (!this.socket.destroyed) this.write(encodeAnswer(frame));
  }

  /** `taken` is called when the kernel has the bytes, or an error when it will not. */
  private write(bytes: Buffer, taken?: (error?: Error | null) => void): void {
    if (this.socket.destroyed) return;
    // What is said in one turn is sent at once: each piece would wake the client.
    if (this.socket.writableCorked === 0) {
      this.socket.cork();
      process.nextTick(() => this.socket.uncork());
    }
    this.socket.write(bytes, taken);
    if (this.socket.writableLength > MAX_UNREAD) this.cutOff();
    else this.account();
  }

  private account(): void {
    if (this.socket.destroyed) return;
    this.parts.budget.note(
      this,
      this.socket.writableLength + this.stream.held + this.requestBytes + (this.unread?.length ?? 0),
    );
  }

  private refuseSilence(): void {
    this.refuse({ id: 0, error: upstartError('bad-request', 'no hello within 10 seconds').toWire() }, true);
  }

  private closed(inOrder: boolean): void {
    this.deliveries.closed(inOrder, monotonicNow());
    if (this.greeting) clearTimeout(this.greeting);
    this.parts.context.runner.watchers.delete(this.notify);
    this.parts.budget.note(this, 0);
    this.queue.length = 0;
    this.unread = null;
    for (const resolve of this.roomWaiters.splice(0)) resolve();
  }
}
