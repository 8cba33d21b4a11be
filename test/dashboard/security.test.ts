/** Callers that the gateway has to withstand. */
import { chmodSync, readFileSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownMemoryOf } from '../chaos/proc.ts';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { asUser, NOBODY, whyNoOtherUsers } from '../session/product.ts';
import { RunningGateway } from './gateway.ts';

const API = '/api/v1';
const MIB = 1024 * 1024;
/** As the limits of the gateway have it (docs/dashboard.md). */
const MAX_CONNECTIONS = 1200;

let session: SessionInit;
let atSocket: RunningGateway;
let overTcp: RunningGateway;
beforeAll(async () => {
  session = await SessionInit.start({ jobs: { web: 'exec sleep 1000\n' } });
  atSocket = await RunningGateway.start(session);
  overTcp = await RunningGateway.start(session, '--listen', '0');
});
afterAll(async () => {
  await atSocket?.end();
  await overTcp?.end();
  await session?.end();
  session?.remove();
});

it.skipIf(whyNoOtherUsers())(
  'another user cannot connect to the socket, even where the folder lets everybody in',
  async () => {
    const folders = [dirname(atSocket.socket), session.runtime, join(session.runtime, 'upstart')];
    const modes = folders.map((folder) => statSync(folder, { throwIfNoEntry: false })?.mode);
    try {
      for (const [at, folder] of folders.entries()) if (modes[at] !== undefined) chmodSync(folder, 0o755);
      const script = `require('net').connect(process.argv[1]).on('connect',()=>process.exit(7)).on('error',(e)=>{console.log(e.code);process.exit(3)})`;
      const [file = '', ...args] = asUser(NOBODY, [process.execPath, '-e', script, atSocket.socket]);
      const { status, stdout } = await session.call(file, ...args);
      expect([status, stdout.trim()]).toEqual([3, 'EACCES']);
    } finally {
      for (const [at, folder] of folders.entries()) if (modes[at] !== undefined) chmodSync(folder, modes[at] & 0o777);
    }
  },
);

it('the token is needed, is not in a command line, and is kept for its user alone', async () => {
  for (const headers of [
    { authorization: '' },
    { authorization: 'Bearer wrong' },
    { authorization: `bearer ${overTcp.token}` },
  ])
    for (const path of ['/', `${API}/jobs`, `${API}/watch`])
      expect((await overTcp.ask(path, { headers })).status, path).toBe(401);
  expect((await overTcp.ask(`${API}/jobs`)).status).toBe(200);
  const first = await overTcp.ask(`/?token=${overTcp.token}`, { headers: { authorization: '' } });
  const [cookie = ''] = first.headers['set-cookie'] ?? [];
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
  const headers = { authorization: '', cookie: cookie.split(';')[0] as string };
  expect((await overTcp.ask('/', { headers })).text).toContain('<div id="app">');
  expect(readFileSync(`/proc/${overTcp.pid}/cmdline`, 'latin1')).not.toContain(overTcp.token);
  expect(statSync(join(dirname(atSocket.socket), 'dashboard.token')).mode & 0o777).toBe(0o600);
});

it('names of other hosts are rejected over TCP and at the socket', async () => {
  for (const gateway of [atSocket, overTcp]) {
    expect((await gateway.ask(`${API}/jobs`, { headers: { host: 'evil.example' } })).status).toBe(421);
    const start = { method: 'POST', body: '{}', headers: { host: 'evil.example', origin: 'http://evil.example' } };
    expect((await gateway.ask(`${API}/jobs/web/start`, start)).status).toBe(421);
    const cross = { ...start, headers: { origin: 'http://evil.example' } };
    expect((await gateway.ask(`${API}/jobs/web/start`, cross)).json().code).toBe('cross-site');
  }
  expect((await session.run('initctl', 'status', 'web')).stdout).toContain('stop/waiting');
});

it.each([
  '/../../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/..%2f..%2fetc%2fpasswd',
  '//etc/passwd',
  '/dashboard.cjs',
])('%s leads nowhere', async (path) => {
  expect((await atSocket.ask(path)).status).toBe(404);
});

it('what browsers ask for by themselves is there', async () => {
  const { status, headers } = await atSocket.ask('/favicon.ico');
  expect([status, headers['content-type'], headers.connection]).toEqual([200, 'image/svg+xml', 'close']);
  const head = await atSocket.ask(`${API}/watch`, { method: 'HEAD' });
  expect([head.status, head.text, head.headers['content-type']]).toEqual([200, '', 'text/event-stream']);
});

it.each(['..%2f..%2fetc%2fpasswd', '%2fetc%2fpasswd', '*', 'we*', '.'])('no log is read for %s', async (job) => {
  for (const what of ['logs', 'file', 'logs/follow']) {
    const { status } = await atSocket.ask(`${API}/jobs/${job}/${what}`);
    expect(status, what).toBe(404);
  }
});

/** Writes bytes as they are; resolves with what comes back until the connection ends. */
function raw(gateway: RunningGateway, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(gateway.socket, () => socket.write(bytes));
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

it('too many and too long headers, and bytes that are no HTTP, end their connection alone', async () => {
  const begin = `GET ${API}/jobs HTTP/1.1\r\nhost: localhost\r\n`;
  const answers = await Promise.all([
    raw(atSocket, `${begin}x: ${'a'.repeat(64 * 1024)}\r\n\r\n`),
    raw(atSocket, `${begin}${'x: a\r\n'.repeat(20_000)}\r\n`),
    raw(atSocket, `GET /${'a'.repeat(64 * 1024)} HTTP/1.1\r\nhost: localhost\r\n\r\n`),
    raw(atSocket, `\u0000\u0001\u0002 nonsense\r\n\r\n`),
    raw(
      atSocket,
      `POST ${API}/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    ),
  ]);
  expect(answers.map((text) => text.slice(9, 12))).toEqual(['431', '431', '431', '400', '400']);
  expect((await atSocket.ask(`${API}/jobs`)).status).toBe(200);
});

it('connections are bounded, and those that send nothing or half a request are closed', async () => {
  const connections: Socket[] = [];
  const closed = new Set<Socket>();
  const open = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(overTcp.port, '127.0.0.1', resolve);
      socket.on('error', () => {});
      socket.on('close', () => closed.add(socket));
      // Some begin a request and never end it.
      if (connections.length % 2 === 0) socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n');
      socket.resume();
      connections.push(socket);
    });
  for (let n = 0; n < MAX_CONNECTIONS + 50; n++) await open();
  await eventually('those beyond the bound are closed at once', () => closed.size >= 50);
  expect((await atSocket.ask(`${API}/jobs`)).status, 'the other gateway').toBe(200);
  await eventually('all of them are closed', () => closed.size === connections.length);
  expect((await overTcp.ask(`${API}/jobs`)).status).toBe(200);
});

it('a long body is dropped, whether its length is announced or not', async () => {
  const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
  const body = JSON.stringify({ name: 'x'.repeat(100_000) });
  expect((await atSocket.ask(`${API}/events`, { method: 'POST', body })).json().code).toBe('body-too-large');
  expect((await atSocket.ask(`${API}/events`, { method: 'POST', body, headers })).status).toBe(413);
});

it('a reader that does not read is dropped and costs bounded memory; others hear everything', async () => {
  const slow = connect(atSocket.socket, () => slow.write(`GET ${API}/watch HTTP/1.1\r\nhost: localhost\r\n\r\n`));
  slow.pause();
  let isOver = false;
  slow.on('close', () => {
    isOver = true;
  });
  slow.on('error', () => {});
  const reader = atSocket.follow(`${API}/watch`);
  await eventually(() => reader.events.length > 0);
  const before = ownMemoryOf(atSocket.pid);
  // More than the kernel's buffers and the backlog take.
  const env = [`A=${'x'.repeat(8192)}`];
  for (let sent = 0; sent < 600; sent += 50)
    await Promise.all(
      Array.from({ length: 50 }, () => atSocket.post(`${API}/events`, { name: 'flood', env, wait: false })),
    );
  await eventually('the reader has all', () => reader.events.filter(({ event }) => event === 'change').length >= 600);
  // What is read now is what was on its way: the end comes after it.
  slow.resume();
  await eventually('the slow one is dropped', () => isOver);
  expect(ownMemoryOf(atSocket.pid) - before, 'KiB').toBeLessThan((100 * MIB) / 1024);
  expect((await atSocket.ask(`${API}/jobs`)).status).toBe(200);
  reader.close();
});
