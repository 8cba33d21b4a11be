/** Which process is at the other end of a connection: by the kernel's credentials, or not at all. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { connectByInit } from '../dbus/connect-by-init.ts';
import type { Credentials } from './peers.ts';
import { Supervisor } from './supervisor.ts';
import { compileInit, SANITIZE } from './testing/compile.ts';
import { type Daemon, Init } from './testing/init.ts';

const program = compileInit(...SANITIZE);

/** A server, and the connection of a process that has nothing else to do. */
async function connected(
  place: { path: string } | { host: string; port: 0 },
): Promise<{ socket: Socket; pid: number }> {
  const server: Server = createServer().listen(place);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = 'path' in place ? place : server.address();
  const client = spawn(process.execPath, ['-e', `require('net').connect(${JSON.stringify(address)})`], {
    stdio: 'ignore',
  });
  onTestFinished(() => void client.kill('SIGKILL'));
  const [socket] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => void socket.destroy());
  return { socket, pid: client.pid! };
}

const peerOf = ({ supervisor }: Pick<Daemon, 'supervisor'>, socket: Socket): Promise<Credentials | null> =>
  new Promise((resolve) => supervisor.findPeer(socket, resolve));

test('the process that has connected is known by pid, user and group; those that ask together are not confused', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const clients = await Promise.all(['a', 'b'].map((name) => connected({ path: join(init.folder, name) })));
  const found = await Promise.all(clients.map(({ socket }) => peerOf(daemon, socket)));
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  expect(found).toEqual(clients.map(({ pid }) => ({ pid, uid, gid })));
});

test('a connection that has ended before the answer came is nobody', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const { socket } = await connected({ path: join(init.folder, 'a') });
  const peer = peerOf(daemon, socket);
  socket.destroy();
  expect(await peer).toBeNull();
  expect(await daemon.report('peer')).toMatchObject({ type: 'peer' });
  expect(await peerOf(daemon, socket), 'nor is one that has ended before').toBeNull();
});

test('sockets without credentials, and what is no socket, are nobody; the supervisor continues', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const { socket } = await connected({ host: '127.0.0.1', port: 0 });
  expect(await peerOf(daemon, socket)).toBeNull();
  const file = openSync('/dev/null', 'r');
  onTestFinished(() => closeSync(file));
  for (const fd of [file, 2 ** 31 - 1]) {
    const other = { destroyed: false, _handle: { fd } } as unknown as Socket;
    expect(await peerOf(daemon, other)).toBeNull();
  }
  daemon.spawn(1, {});
  await daemon.report('exited', 1);
});

test.runIf(process.getuid?.() === 0)('where the kernel denies the question the peer is unknown', async () => {
  const init = Init.start(program, { uid: 65534 });
  const daemon = await init.daemon();
  const { socket } = await connected({ path: join(init.folder, 'a') });
  expect(await peerOf(daemon, socket)).toBeNull();
  expect(await daemon.report('peer')).toMatchObject({ errno: 1, pid: 0, uid: 0, gid: 0 });
});

test('a supervisor that is too old is not asked', async () => {
  const init = Init.start(program);
  const { socket } = await init.connection();
  const abilities = {
    takesOrders: true,
    hearsBegun: true,
    hearsRecovered: true,
    findsPeers: false,
    takesFiles: false,
    connectsSockets: false,
    takesMessages: true,
    listens: false,
    keepsDeadlines: false,
    endsGroups: false,
  };
  const { supervisor } = await Supervisor.over(socket, abilities);
  const { socket: client } = await connected({ path: join(init.folder, 'a') });
  expect(await peerOf({ supervisor }, client)).toBeNull();
});

/** The socket that the helper program makes, connected to this place by the supervisor. */
function connect({ supervisor }: Pick<Daemon, 'supervisor'>, folder: string, place: string): Promise<Socket> {
  const maker = join(folder, 'unconnected-socket');
  const source = fileURLToPath(new URL('../../socket-maker/unconnected-socket.c', import.meta.url));
  if (!existsSync(maker)) execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-o', maker, source]);
  return connectByInit(supervisor, maker, place);
}

test('a socket of a child of the daemon is connected by the supervisor: the other side sees that', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const path = join(init.folder, 'bus');
  const server = createServer().listen(path);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const socket = await connect(daemon, init.folder, path);
  const [other] = await accepted;
  expect((await peerOf(daemon, other))?.pid).toBe(init.pid);
  const heard = once(socket, 'data');
  other.write('hello');
  expect(String((await heard)[0])).toBe('hello');
  const said = once(other, 'data');
  socket.end('bye');
  expect(String((await said)[0])).toBe('bye');
  other.destroy();
});

test('a socket that cannot be connected has the reason', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const failures: [place: string, code: string][] = [
    [join(init.folder, 'nowhere'), 'ENOENT'],
    ['@upstart-nowhere', 'ECONNREFUSED'],
    [`/${'x'.repeat(200)}`, 'ENAMETOOLONG'],
  ];
  for (const [place, code] of failures)
    await expect(connect(daemon, init.folder, place)).rejects.toMatchObject({ code });
  await expect(connectByInit(daemon.supervisor, '/nowhere', '/x')).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(connectByInit(daemon.supervisor, '/bin/false', '/x')).rejects.toThrow('/bin/false ended with 1');
});
