/** Single tries of probes, against servers that answer well, badly, too much or not at all. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createNetServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeTarget } from '@upstart/job-language';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { freePort } from '../../../../test/ports.ts';
import type { ArmedProbe, ProbeResult } from '../engine/model/probe-state.ts';
import { MAX_ANSWER_BYTES } from './http.ts';
import { Prober } from './prober.ts';
import { armed } from './testing/armed.ts';

const closed: (() => void)[] = [];
afterEach(() => {
  for (const close of closed.splice(0)) close();
});

async function listen(
  server: Server | HttpServer,
  where: { port: number; host: string } | { path: string },
): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(where, resolve));
  closed.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const ANY = { port: 0, host: '127.0.0.1' };
const web = (answer: RequestListener): Promise<number> => listen(createServer(answer), ANY);
/** A server that says this to each that connects, whatever it asks. */
const raw = (say: (socket: Socket) => void): Promise<number> =>
  listen(
    createNetServer((socket) => {
      socket.on('error', () => {});
      say(socket);
    }),
    ANY,
  );

function http(port: number, more: Partial<Extract<ProbeTarget, { kind: 'http' }>> = {}): ProbeTarget {
  const authority = `127.0.0.1:${port}`;
  return { kind: 'http', host: '127.0.0.1', port, authority, path: '/', lowest: 200, highest: 299, ...more };
}

/** The first result of a probe. */
async function result(target: ProbeTarget, more: Partial<ArmedProbe> = {}): Promise<ProbeResult> {
  const results: ProbeResult[] = [];
  const prober = new Prober((came) => results.push(came));
  const probe = armed(target, more);
  closed.push(() => prober.drop(probe.id));
  prober.arm(probe);
  await eventually('there is a result', () => results.length > 0);
  return results[0] as ProbeResult;
}

describe('a try', () => {
  it('of a port succeeds with a connection', async () => {
    const port = await raw(() => {});
    expect(await result({ kind: 'tcp', host: '127.0.0.1', port })).toMatchObject({ instance: 7, isGood: true });
    expect(await result({ kind: 'tcp', host: 'localhost', port })).toMatchObject({ isGood: true });
  });

  it('of this machine finds a server that listens on IPv6 only', async () => {
    const port = await listen(createNetServer(), { port: 0, host: '::1' });
    expect(await result({ kind: 'tcp', host: 'localhost', port })).toMatchObject({ isGood: true });
  });

  it('of a socket succeeds with a connection', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'probes-'));
    closed.push(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'socket');
    expect(await result({ kind: 'unix', path })).toMatchObject({ isGood: false, answer: 'no such file or directory' });
    await listen(createNetServer(), { path });
    expect(await result({ kind: 'unix', path })).toMatchObject({ isGood: true });
  });

  it('of nobody says so', async () => {
    // A port that no server gets by chance, as it would one that has just been given back.
    const { isGood, answer } = await result({ kind: 'tcp', host: 'localhost', port: await freePort() });
    expect([isGood, answer]).toEqual([false, 'connection refused']);
  });

  it('asks for the path, by the name that the URL has', async () => {
    const asked: unknown[] = [];
    const port = await web((request, response) => {
      asked.push([request.method, request.url, request.headers.host, request.headers.connection]);
      response.end('fine');
    });
    const target = http(port, { path: '/healthz?deep=1', authority: 'web.example' });
    expect(await result(target)).toMatchObject({ isGood: true, answer: 'HTTP 200' });
    expect(asked).toEqual([['GET', '/healthz?deep=1', 'web.example', 'close']]);
  });

  it.each([
    [503, 'HTTP 503'],
    [301, 'HTTP 301, a redirection, which is not followed'],
    [199 + 101, 'HTTP 300, a redirection, which is not followed'],
  ])('takes %i for bad', async (status, answer) => {
    const port = await web((_request, response) => {
      response.writeHead(status, { location: '/elsewhere' });
      response.end();
    });
    expect(await result(http(port))).toMatchObject({ isGood: false, answer });
    expect(await result(http(port, { lowest: status, highest: status }))).toMatchObject({ isGood: true });
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ['closes', (socket) => socket.end(), 'closed without an answer'],
    ['resets', (socket) => socket.resetAndDestroy(), 'connection reset by peer'],
    [
      'speaks TLS',
      (socket) => socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 10])),
      'the server speaks TLS, which is not spoken here',
    ],
    ['speaks something else', (socket) => socket.write('220 mail\r\n'), 'no HTTP: `220 mail`'],
    ['speaks binary', (socket) => socket.write(Buffer.from([1, 2, 3, 10])), 'no HTTP: `???`'],
    ['begins and ends', (socket) => socket.end('HTTP/1.1 20'), 'no HTTP: `HTTP/1.1 20`'],
    [
      'never comes to a status',
      (socket) => socket.write(`HTTP/1.1 100 Continue\r\n${'a'.repeat(MAX_ANSWER_BYTES)}`),
      `no status within ${MAX_ANSWER_BYTES} bytes`,
    ],
  ])('of a server that %s says so', async (_what, say, answer) => {
    expect(await result(http(await raw(say)))).toMatchObject({ isGood: false, answer });
  });

  it('reads the status behind interim answers, piece by piece', async () => {
    const port = await raw((socket) => {
      const text = 'HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n';
      let at = 0;
      const timer = setInterval(
        () => (at < text.length ? socket.write(text[at++] as string) : clearInterval(timer)),
        1,
      );
    });
    expect(await result(http(port))).toMatchObject({ isGood: true, answer: 'HTTP 204' });
  });

  it('reads no more of an answer without an end than it needs', async () => {
    let sent = 0;
    const port = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      socket.on('drain', more);
      more();
    });
    expect(await result(http(port))).toMatchObject({ isGood: true });
    await eventually('the server is hung up on', () => sent < 64 * 1024 * 1024);
  });

  it('of a server that hangs ends with its time, and tells how far it came', async () => {
    const port = await raw(() => {});
    const { isGood, answer } = await result(http(port), { timeoutMs: 50 });
    expect([isGood, answer]).toEqual([false, 'timed out after 0.05 seconds: connected, but no answer']);
  });

  it('of a name that does not exist says so', async () => {
    const { answer } = await result({ kind: 'tcp', host: 'nobody.invalid', port: 80 });
    expect(answer).toContain('nobody.invalid does not resolve');
  });
});
