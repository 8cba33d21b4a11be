import { renameSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { type DaemonFrame, type Params, type RequestFrame, RequestStream } from '@upstart/protocol';

type Run = RequestFrame<'run'>;

/** A daemon that hands command lines to `onRun`. */
export class FakeDaemon {
  readonly runs: Run[] = [];
  readonly sockets = new Set<Socket>();
  onRun: (run: Run, send: (frame: DaemonFrame) => void, socket: Socket) => void = () => {};
  #server: Server | null = null;

  listen(path: string): Promise<void> {
    this.#server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
      const send = (frame: DaemonFrame): unknown => socket.write(stream.encode(frame));
      const stream = new RequestStream({
        request: (request) => {
          this.runs.push(request as Run);
          this.onRun(request as Run, send, socket);
        },
        refuse: (answer) => send(answer),
      });
      socket.on('data', (chunk) => stream.push(chunk as Buffer));
    });
    return new Promise((resolve) => this.#server?.listen(path, resolve));
  }

  /** One at `path` that ends each command line with `status`. A file that is there makes place. */
  static async answering(path: string, status: number): Promise<FakeDaemon> {
    const daemon = new FakeDaemon();
    daemon.onRun = ({ id }, send) => send({ id, result: status });
    await daemon.listen(`${path}.new`);
    renameSync(`${path}.new`, path);
    return daemon;
  }

  /** The parameters of the first `run`. */
  ran(): Params<'run'> {
    return (this.runs[0] as Run).params;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

export const output = (id: number, fd: 1 | 2, text: string): DaemonFrame => ({ id, fd, data: Buffer.from(text) });
