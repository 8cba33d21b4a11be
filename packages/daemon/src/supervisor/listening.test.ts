/** Listening sockets: how they are opened, how connections are reported, where processes find them, and how long they stay. */
import { once } from 'node:events';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { join } from 'node:path';
import { readSocketName, type SocketAddress, type SocketType, socketName } from '@upstart/common';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../../test/ports.ts';
import { ALL_ABILITIES } from './abilities.ts';
import type { ClientFile, ClientFiles, Listening } from './client-files.ts';
import { LIMITS } from './frame-table.ts';
import { compileInit, compileSender, SANITIZE } from './testing/compile.ts';
import { FileSender } from './testing/file-sender.ts';
import { type Daemon, eventually, Init, textOf } from './testing/init.ts';
import { isSocket, openFilesOf } from './testing/open-files.ts';

const program = compileInit(...SANITIZE);
const sender = compileSender();
const EADDRINUSE = 98;
const ENFILE = 23;
const EBADF = 9;
const ENOSYS = 38;

function listen({ supervisor }: Daemon, address: SocketAddress, type: SocketType = 'stream'): Promise<Listening> {
  const named = readSocketName(socketName(type, address))!;
  return (supervisor.files as ClientFiles).listen(named.address, type === 'stream' ? 1 : 2);
}

async function opened(daemon: Daemon, address: SocketAddress, type?: SocketType): Promise<ClientFile> {
  const socket = await listen(daemon, address, type);
  expect(socket).toHaveProperty('id');
  return socket as ClientFile;
}

/** The reports of connections. */
function waitFor({ supervisor }: Daemon, file: number, isNewOnly = false): { told: boolean[]; stop: () => void } {
  const told: boolean[] = [];
  const stop = supervisor.files?.awaitConnection(file, isNewOnly, (isThere) => void told.push(isThere));
  return { told, stop: stop as () => void };
}

async function client(to: NetConnectOpts): Promise<Socket> {
  const socket = connect(to);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

/** To an abstract name of exactly this length, which Node does not know. */
function exactClient(address: string): void {
  const fd = openSync('/dev/null', 'r');
  const sent = new FileSender(sender, address, fd);
  closeSync(fd);
  onTestFinished(() => sent.close());
}

async function begin(): Promise<{ init: Init; daemon: Daemon }> {
  const init = Init.start(program);
  const daemon = await init.daemon();
  daemon.supervisor.files?.keep([]);
  return { init, daemon };
}

const socketsOf = (pid: number): string[] =>
  [...openFilesOf(pid)].filter(([, target]) => isSocket(target)).map(([fd]) => fd);

const inOrderOf = (numbers: string[]): string => numbers.sort((a, b) => Number(a) - Number(b)).join(' ');

/** All that a later command needs to have been carried out before. */
async function inOrder(daemon: Daemon, id: number): Promise<void> {
  daemon.spawn(id, {});
  await daemon.report('exited', id);
}

test('each kind of address is listened at, and a connection that waits is reported', async () => {
  const { init, daemon } = await begin();
  const port = await freePort();
  const path = join(init.folder, 'a.sock');
  const abstract = `@${init.folder}`;
  const kinds: [SocketAddress, () => unknown][] = [
    [{ family: 'inet', address: '127.0.0.1', port }, () => client({ port, host: '127.0.0.1' })],
    [{ family: 'inet6', address: '::1', port }, () => client({ port, host: '::1' })],
    [{ family: 'unix', path }, () => client({ path })],
    [{ family: 'unix', path: abstract }, () => exactClient(abstract)],
  ];
  for (const [address, connects] of kinds) {
    const file = await opened(daemon, address);
    const waiting = waitFor(daemon, file.id);
    expect(waiting.told).toEqual([]);
    await connects();
    await eventually(() => waiting.told.length > 0);
    expect(waiting.told).toEqual([true]);
    // It is there until somebody accepts it.
    const again = waitFor(daemon, file.id);
    await eventually(() => again.told.length > 0);
  }
});

test('only what comes from now on counts where that is asked for', async () => {
  const { init, daemon } = await begin();
  const path = join(init.folder, 'a.sock');
  const file = await opened(daemon, { family: 'unix', path });
  await client({ path });
  const waiting = waitFor(daemon, file.id, true);
  await inOrder(daemon, 1);
  expect(waiting.told).toEqual([]);
  await client({ path });
  await eventually(() => waiting.told.length > 0);
  const stopped = waitFor(daemon, file.id, true);
  stopped.stop();
  const last = waitFor(daemon, file.id, true);
  await inOrder(daemon, 2);
  await client({ path });
  await eventually(() => last.told.length > 0);
  expect(stopped.told).toEqual([]);
});

test('an error is reported with its place, and leaves nothing open', async () => {
  const { init, daemon } = await begin();
  const port = await freePort();
  const inet: SocketAddress = { family: 'inet', address: '127.0.0.1', port };
  await opened(daemon, inet);
  const before = socketsOf(init.pid).length;
  expect(await listen(daemon, inet)).toEqual({ step: 'bind', errno: EADDRINUSE });
  expect(await listen(daemon, { family: 'unix', path: join(init.folder, 'none', 'a') })).toMatchObject({
    step: 'bind',
  });
  const { supervisor } = daemon;
  expect(await supervisor.files?.listen(Buffer.from([250, 0, 1]), 1)).toMatchObject({ step: 'socket' });
  expect(await supervisor.files?.listen(Buffer.alloc(129, 1), 1)).toMatchObject({ step: 'socket' });
  expect(socketsOf(init.pid)).toHaveLength(before);
  const gone = waitFor(daemon, 12_345);
  await eventually(() => gone.told.length > 0);
  expect(gone.told).toEqual([false]);
});

test('datagrams are reported, and two sockets do not share an address', async () => {
  const { init, daemon } = await begin();
  const port = await freePort();
  const address: SocketAddress = { family: 'inet', address: '127.0.0.1', port };
  const file = await opened(daemon, address, 'dgram');
  expect(await listen(daemon, address, 'dgram')).toEqual({ step: 'bind', errno: EADDRINUSE });
  const waiting = waitFor(daemon, file.id);
  daemon.shell(1, `exec bash -c 'echo hello > /dev/udp/127.0.0.1/${port}'`);
  await eventually(() => waiting.told.length > 0);
  const out = join(init.folder, 'out');
  daemon.shell(2, `head -c 5 <&3 > ${out}`, { files: [file.id], filesFrom: LIMITS.LISTEN_FIRST });
  await eventually(() => textOf(out) === 'hello');
});

test('as many as there is room for are opened', async () => {
  const { init, daemon } = await begin();
  const address = (i: number): SocketAddress => ({ family: 'unix', path: join(init.folder, `${i}.sock`) });
  const files: ClientFile[] = [];
  for (let i = 0; i < LIMITS.FILES_MAX; i++) files.push(await opened(daemon, address(i)));
  expect(await listen(daemon, address(LIMITS.FILES_MAX))).toMatchObject({ errno: ENFILE });
  files[3]?.release();
  await opened(daemon, address(LIMITS.FILES_MAX + 1));
});

test('a process finds them from 3 on, in a row, whatever else it has there, and its pid beside them', async () => {
  const { init, daemon } = await begin();
  const ids: number[] = [];
  for (let i = 0; i < LIMITS.FILES_PER_PROCESS; i++)
    ids.push((await opened(daemon, { family: 'unix', path: join(init.folder, `${i}.sock`) })).id);
  const env = ['PATH=/usr/bin:/bin', 'LISTEN_PID=0', 'OTHER=LISTEN_PID=0'];
  const shows = async (id: number, count: number, more: object, sockets: string, all: string): Promise<void> => {
    const spec = {
      argv: ['sleep', '1000'],
      env,
      script: 'true\n',
      files: ids.slice(0, count),
      console: 'log' as const,
    };
    daemon.spawn(id, { ...spec, logPath: join(init.folder, 'log'), ...more });
    await daemon.report('execed', id);
    const { pid } = await daemon.report('spawned', id);
    // A program that has just begun opens its libraries, and the kernel sets up its environment last.
    await eventually(() => inOrderOf(readdirSync(`/proc/${pid}/fd`)) === all && textOf(`/proc/${pid}/environ`) !== '');
    expect(textOf(`/proc/${pid}/environ`).split('\0').slice(1, 3)).toEqual([`LISTEN_PID=${pid}`, 'OTHER=LISTEN_PID=0']);
    expect(inOrderOf(socketsOf(pid))).toBe(sockets);
  };
  const from = { filesFrom: LIMITS.LISTEN_FIRST };
  await shows(1, 1, from, '3', '0 1 2 3 9');
  await shows(2, 3, from, '3 4 5', '0 1 2 3 4 5 9');
  await shows(3, 6, from, '3 4 5 6 7 8', '0 1 2 3 4 5 6 7 8 9');
  await shows(4, 8, from, '3 4 5 6 7 8 10 11', '0 1 2 3 4 5 6 7 8 9 10 11');
  await shows(5, 2, { filesFrom: 4, notify: { fd: 3 } }, '4 5', '0 1 2 3 4 5 9');
  await shows(6, 2, { filesFrom: 5, notify: { fd: 4 } }, '5 6', '0 1 2 4 5 6 9');
});

test('a program that cannot be executed is reported though its descriptors are in the way of the report', async () => {
  const { init, daemon } = await begin();
  const file = await opened(daemon, { family: 'unix', path: join(init.folder, 'a.sock') });
  daemon.spawn(1, { argv: ['/nonexistent'], files: [file.id], filesFrom: LIMITS.LISTEN_FIRST });
  expect(await daemon.report('spawn-failed', 1)).toMatchObject({ step: 'exec', errno: 2 });
  daemon.spawn(2, { argv: ['true'], files: [12_345], filesFrom: LIMITS.LISTEN_FIRST });
  expect(await daemon.report('spawn-failed', 2)).toMatchObject({ step: 'script-fd', errno: EBADF });
});

test('they outlive daemon and re-execution with everyone who waits there, and are closed when nobody has them', async () => {
  const { init, daemon: first } = await begin();
  first.supervisor.ready();
  const path = join(init.folder, 'a.sock');
  const file = await opened(first, { family: 'unix', path });
  first.supervisor.files?.keep([file.id]);
  file.release();
  const early = await client({ path });
  const waiting = waitFor(first, file.id);
  await eventually(() => waiting.told.length > 0);
  process.kill(first.pid, 'SIGKILL');
  const between = client({ path });
  const second = await init.daemon();
  await between;
  second.supervisor.ready();
  second.supervisor.files?.keep([file.id]);
  const again = waitFor(second, file.id);
  await eventually(() => again.told.length > 0);
  second.replace();
  const during = client({ path });
  const third = await init.daemon();
  await during;
  third.supervisor.files?.keep([file.id]);
  const last = waitFor(third, file.id);
  await eventually(() => last.told.length > 0);
  third.supervisor.files?.keep([]);
  await eventually(() => early.destroyed);
  await expect(client({ path })).rejects.toThrow('ECONNREFUSED');
});

test('under a supervisor that is too old a process with descriptors at the new numbers is not started', async () => {
  const daemon = await Init.start(program).daemon({ abilities: { ...ALL_ABILITIES, listens: false } });
  daemon.spawn(1, { argv: ['true'], files: [], filesFrom: LIMITS.LISTEN_FIRST });
  expect(await daemon.report('spawn-failed', 1)).toMatchObject({ errno: ENOSYS });
  daemon.spawn(2, { argv: ['true'], files: [] });
  await daemon.report('exited', 2);
});
