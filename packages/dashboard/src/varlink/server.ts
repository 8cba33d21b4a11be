/** A Varlink service at a Unix socket: JSON objects, each with a NUL behind it. */
import { createServer, type Server, type Socket } from 'node:net';
import type { MetricFamily } from '@upstart/ctl/parts';
import { answersTo, type VarlinkCall, type VarlinkReply } from './metrics.ts';

/** Bounds of what a client can cause: connections, the bytes of a call, and how long it may say nothing. */
const MAX_CONNECTIONS = 16;
const MAX_CALL_BYTES = 64 * 1024;
const IDLE_MS = 30_000;

/** Not listening yet. */
export function varlinkServer(read: () => Promise<readonly MetricFamily[]>): Server {
  const server = createServer((socket) => serve(socket, read));
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function serve(socket: Socket, read: () => Promise<readonly MetricFamily[]>): void {
  let rest: Buffer = Buffer.alloc(0);
  let last = Promise.resolve();
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const call = callIn(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      if (call === null) return void socket.destroy();
      // One after another, as the protocol has it; a client that does not read is not asked for more.
      socket.pause();
      last = last
        .then(() => answersTo(call, read))
        .catch((): VarlinkReply[] => [{ error: 'io.systemd.System', parameters: {} }])
        .then((replies) => {
          const text = replies.map((reply) => `${JSON.stringify(reply)}\0`).join('');
          socket.write(text, () => socket.resume());
        });
    }
    if (rest.length > MAX_CALL_BYTES) socket.destroy();
    return undefined;
  });
}

/** null: it is none. */
function callIn(bytes: Buffer): VarlinkCall | null {
  try {
    const call = JSON.parse(bytes.toString('utf8')) as VarlinkCall;
    const { parameters = {} } = call;
    return typeof call.method === 'string' && typeof parameters === 'object' && parameters !== null ? call : null;
  } catch {
    return null;
  }
}
