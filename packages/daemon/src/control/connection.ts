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
import { type ControlContext, handle } from './handlers.ts';
import { runCommandLine } from './run-command.ts';

/** A client that leaves more than this many bytes of answers unread is cut off. */
const MAX_UNREAD = 32 * 1024 * 1024;
/** How many of a client's requests are worked on at once; what it sends beyond is left in the socket. */
const MAX_REQUESTS = 256;

export class Connection implements RequestHandler {
  private readonly context: ControlContext;
  private readonly socket: Socket;
  private readonly privileged: boolean;
  private readonly stream = new RequestStream(this);
  private readonly notify = (notification: Notification): void => this.send({ notification });
  private working = 0;

  constructor(context: ControlContext, socket: Socket, privileged: boolean) {
    this.context = context;
    this.socket = socket;
    this.privileged = privileged;
    socket.on('data', (chunk) => this.stream.push(chunk as Buffer));
    // A client that vanishes is no event for anybody else; `close` follows.
    socket.on('error', () => {});
    socket.on('close', () => context.runner.watchers.delete(this.notify));
  }

  request(request: RequestFrame): void {
    this.working++;
    if (this.working >= MAX_REQUESTS) this.socket.pause();
    this.answer(request).then((frame) => {
      this.send(frame);
      if (--this.working < MAX_REQUESTS && this.socket.isPaused()) this.socket.resume();
    });
  }

  refuse(answer: ErrorFrame, fatal: boolean): void {
    this.send(answer);
    if (fatal) this.socket.end();
  }

  close(): void {
    this.socket.destroy();
  }

  private async answer({ id, method, params, key }: RequestFrame): Promise<DaemonFrame> {
    const { context } = this;
    try {
      const result = await handle(context, method, params, {
        privileged: this.privileged,
        key,
        watch: () => context.runner.watchers.add(this.notify),
        run: (command) => this.run(id, command, key),
      });
      return { id, result };
    } catch (error) {
      if (!(error instanceof UpstartError)) context.log.write('error', `${method}: ${(error as Error).stack}`);
      const known = error instanceof UpstartError ? error : upstartError('internal', (error as Error).message);
      return { id, error: known.toWire() };
    }
  }

  private run(id: number, params: Params<'run'>, key: string | undefined): Promise<number> {
    const { context, privileged, socket } = this;
    const write = (fd: 1 | 2, data: Uint8Array): void => this.send({ id, fd, data });
    const gone = new AbortController();
    const abort = (): void => gone.abort();
    socket.once('close', abort);
    return runCommandLine(context, params, { privileged, key, write, gone: gone.signal }).finally(() => {
      socket.off('close', abort);
    });
  }

  private send(frame: DaemonFrame): void {
    if (this.socket.destroyed) return;
    this.socket.write(encodeAnswer(frame));
    if (this.socket.writableLength <= MAX_UNREAD) return;
    this.context.log.write('warn', `A client leaves more than ${MAX_UNREAD} bytes unread and is cut off`);
    this.socket.destroy();
  }
}
