/** A daemon for tests of the client. */
import { createServer, type Server, type Socket } from 'node:net';
import type { DaemonFrame, RequestFrame } from '../messages.ts';
import { encodeAnswer, RequestStream } from '../request-stream.ts';

/** A daemon that answers hello by itself and hands every other request to `onRequest`. */
export class FakeDaemon {
  readonly requests: RequestFrame[] = [];
  readonly refusals: string[] = [];
  readonly sockets = new Set<Socket>();
  onRequest: (request: RequestFrame, send: (frame: DaemonFrame) => void) => void = (request, send) =>
    send({ id: request.id, result: null });
  onHello: (send: (bytes: Uint8Array) => void, id: number) => void = (send, id) =>
    send(encodeAnswer({ id, result: { version: 1, daemon: 'init (upstart 1.2.3)', pid: 7 } }));
  #server: Server | null = null;

  listen(path: string): Promise<void> {
    const server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => {});
      const send = (frame: DaemonFrame): unknown => socket.write(encodeAnswer(frame));
      const stream = new RequestStream({
        request: (request) => {
          if (request.method === 'hello') return this.onHello((bytes) => socket.write(bytes), request.id);
          this.requests.push(request);
          this.onRequest(request, send);
        },
        refuse: (answer, fatal) => {
          this.refusals.push(answer.error.text);
          send(answer);
          if (fatal) socket.end();
        },
      });
      socket.on('data', (chunk) => stream.push(chunk as Buffer));
    });
    this.#server = server;
    return new Promise((resolve) => server.listen(path, resolve));
  }

  /** Drops all connections; with `stop` it accepts no further ones. */
  async drop(stop: boolean): Promise<void> {
    const closed = stop ? new Promise((resolve) => this.#server?.close(resolve)) : null;
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
