/** Descriptors that clients send: which process has them, and that none is left anywhere else. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FileStream } from '../dbus/file-stream.ts';
import { type ClientFile, ClientFiles } from './client-files.ts';
import { encodeKeepFiles } from './frame-encoder.ts';
import { LIMITS } from './frame-table.ts';
import { compileInit, compileSender, SANITIZE } from './testing/compile.ts';
import { FileSender } from './testing/file-sender.ts';
import { type Daemon, eventually, Init, textOf } from './testing/init.ts';
import { countOpen, isSocket, openFilesOf } from './testing/open-files.ts';

const program = compileInit(...SANITIZE);
const sender = compileSender();

interface Connected {
  client: FileSender;
  socket: Socket;
  stream: FileStream;
  text: string;
  files: (ClientFile | 'refused')[];
}

/** A client that sends the file `sent` of the folder, and the daemon's end of its connection, which is read. */
async function connected({ folder }: Init, { supervisor }: Daemon, name = 'client'): Promise<Connected> {
  const path = join(folder, name);
  const server = createServer({ pauseOnConnect: true }).listen(path);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  writeFileSync(join(folder, 'sent'), 'sent\n');
  const fd = openSync(join(folder, 'sent'), 'r');
  const client = new FileSender(sender, path, fd);
  closeSync(fd);
  onTestFinished(() => client.close());
  const [socket] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  const found: Connected = { client, socket, text: '', files: [], stream: null as never };
  found.stream = new FileStream(socket, supervisor.files!, (chunk, file) => {
    found.text += chunk.toString();
    if (file) found.files.push(file);
  });
  found.stream.resume();
  return found;
}

/** The descriptors of a process that are the file that was sent. */
function sentAmong(pid: number, folder: string): string[] {
  return [...openFilesOf(pid)].filter(([, target]) => target === join(folder, 'sent')).map(([fd]) => fd);
}

const countSent = (pid: number, folder: string): number => sentAmong(pid, folder).length;

/** The descriptors of a new process with a script: all, and those that are the file that was sent. */
async function opens(
  init: Init,
  daemon: Daemon,
  id: number,
  files: number[],
): Promise<{ all: number[]; sent: number[] }> {
  daemon.spawn(id, { argv: ['sleep', '1000'], script: 'true\n', files });
  await daemon.report('execed', id);
  const { pid } = await daemon.report('spawned', id);
  // while it starts, the program opens its libraries
  await eventually(() => /^State:\tS/m.test(textOf(`/proc/${pid}/status`)));
  return { all: numbers(readdirSync(`/proc/${pid}/fd`)), sent: numbers(sentAmong(pid, init.folder)) };
}

const numbers = (names: string[]): number[] => names.map(Number).sort((a, b) => a - b);

const idsOf = (files: readonly (ClientFile | 'refused')[]): number[] => files.map((file) => (file as ClientFile).id);

/** Resolves once so many bytes of a client have arrived. */
const has = (connection: Connected, bytes: number) => eventually(() => connection.text.length >= bytes);

test('a descriptor is in the processes that are to have it and in no other, and is closed when it is released', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  daemon.supervisor.files?.keep([]);
  const connection = await connected(init, daemon);
  connection.client.send('one', 1);
  connection.client.send('two');
  await has(connection, 6);
  expect(connection.text).toBe('onetwo');
  const [id] = idsOf(connection.files) as [number];
  expect(await opens(init, daemon, 1, [id])).toEqual({ all: [0, 1, 2, 6, 9], sent: [6] });
  expect(await opens(init, daemon, 2, [])).toEqual({ all: [0, 1, 2, 9], sent: [] });
  expect(countSent(init.pid, init.folder)).toBe(1);
  expect(countSent(process.pid, init.folder)).toBe(0);
  // The engine has it now.
  daemon.supervisor.files?.keep([id]);
  (connection.files[0] as ClientFile).release();
  expect((await opens(init, daemon, 3, [id])).sent).toEqual([6]);
  daemon.supervisor.files?.keep([]);
  daemon.spawn(4, { files: [id] });
  expect(await daemon.report('spawn-failed', 4)).toMatchObject({ step: 'script-fd', errno: 9 });
  expect(countSent(init.pid, init.folder)).toBe(0);
});

test('as many as a process may get stand in a row, around the script', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  daemon.supervisor.files?.keep([]);
  const connection = await connected(init, daemon);
  for (let i = 0; i < LIMITS.FILES_PER_PROCESS; i++) connection.client.send('x', 1);
  await has(connection, LIMITS.FILES_PER_PROCESS);
  const ids = idsOf(connection.files);
  expect(new Set(ids).size).toBe(LIMITS.FILES_PER_PROCESS);
  const sent = [6, 7, 8, 10, 11, 12, 13, 14];
  expect(await opens(init, daemon, 1, ids)).toEqual({ all: numbers(['0', '1', '2', '9', ...sent.map(String)]), sent });
});

test('of several descriptors in one piece the first one is taken; of a long piece, with its beginning', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  daemon.supervisor.files?.keep([]);
  const connection = await connected(init, daemon);
  const long = 'x'.repeat(150_000);
  connection.client.send('first', 200);
  connection.client.send(long, 1);
  await has(connection, 5 + long.length);
  expect(connection.text).toBe(`first${long}`);
  expect(connection.files).toHaveLength(2);
  expect(countSent(init.pid, init.folder)).toBe(2);
});

test('more than are kept in all are closed', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  daemon.supervisor.files?.keep([]);
  const connection = await connected(init, daemon);
  for (let i = 0; i <= LIMITS.FILES_MAX; i++) connection.client.send('x', 1);
  await has(connection, LIMITS.FILES_MAX + 1);
  expect(connection.files.filter((file) => file === 'refused')).toHaveLength(1);
  expect(connection.files.at(-1)).toBe('refused');
  expect(countSent(init.pid, init.folder)).toBe(LIMITS.FILES_MAX);
  (connection.files[7] as ClientFile).release();
  // the release and the next one reach the supervisor by two ways, of which either may be the faster
  await eventually('one has been closed', () => countSent(init.pid, init.folder) === LIMITS.FILES_MAX - 1);
  connection.client.send('x', 1);
  await has(connection, LIMITS.FILES_MAX + 2);
  expect(connection.files.at(-1)).not.toBe('refused');
});

test('one for which the supervisor has no number is not taken for none', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  daemon.supervisor.files?.keep([]);
  const connection = await connected(init, daemon);
  // it looks at the connection by now
  daemon.spawn(1, {});
  await daemon.report('exited', 1);
  const used = numbers(readdirSync(`/proc/${init.pid}/fd`));
  const free = [...used, -1].findIndex((fd, i) => fd !== i);
  execFileSync('prlimit', [`--pid=${init.pid}`, `--nofile=${free}:`]);
  connection.client.send('x', 1);
  await has(connection, 1);
  expect(connection.files).toEqual(['refused']);
});

test('both sides can end the connection, and nothing of it is left in the supervisor', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  daemon.supervisor.files?.keep([]);
  const sockets = () => countOpen(init.pid, isSocket);
  const before = sockets();
  const first = await connected(init, daemon);
  await eventually(() => sockets() === before + 1);
  first.client.close();
  await eventually(() => first.socket.destroyed && sockets() === before);
  const second = await connected(init, daemon, 'second');
  await eventually(() => sockets() === before + 1);
  second.socket.destroy();
  await eventually(() => second.client.isOver && sockets() === before);
});

test('descriptors outlive the daemon, and those that nobody has do not; they and their processes outlive a re-execution', async () => {
  const init = Init.start(program);
  // the next one gets its reports once more
  const first = await init.daemon({ acknowledge: false });
  first.supervisor.ready();
  first.supervisor.files?.keep([]);
  const connection = await connected(init, first);
  connection.client.send('x', 1);
  connection.client.send('x', 1);
  await has(connection, 2);
  const [kept] = idsOf(connection.files) as [number];
  first.supervisor.files?.keep([kept]);
  process.kill(first.pid, 'SIGKILL');
  const second = await init.daemon();
  await eventually(() => second.reports.filter(({ type }) => type === 'looked').length === 2);
  connection.socket.destroy();
  await eventually(() => connection.client.isOver);
  expect(countSent(init.pid, init.folder)).toBe(2);
  second.supervisor.ready();
  second.supervisor.files?.keep([kept]);
  expect((await opens(init, second, 1, [kept])).sent).toEqual([6]);
  expect(countSent(init.pid, init.folder)).toBe(1);
  second.replace();
  const third = await init.daemon();
  third.supervisor.files?.keep([kept]);
  expect((await opens(init, third, 3, [kept])).sent).toEqual([6]);
  expect(countSent(init.pid, init.folder)).toBe(1);
});

test('a process that the supervisor starts again by itself has its descriptors', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  daemon.supervisor.files?.keep([]);
  const connection = await connected(init, daemon);
  connection.client.send('x', 1);
  await has(connection, 1);
  const out = join(init.folder, 'out');
  daemon.shell(1, `ls -l /proc/$$/fd/6 >> ${out}; exec sleep 1000`, {
    files: idsOf(connection.files),
    orderable: true,
  });
  await daemon.report('execed', 1);
  await eventually(() => textOf(out).includes('sent'));
  // A signal by another way may be the faster.
  daemon.send({ type: 'standing-order', id: 2, process: 1 });
  daemon.send({ type: 'signal', id: 3, process: 1, signal: 9, group: true });
  await daemon.report('execed', 2);
  await eventually(
    () =>
      textOf(out)
        .split('\n')
        .filter((line) => line.endsWith('/sent')).length === 2,
  );
});

test('a new daemon has those closed that the one before has left to it, when no job has them any more', () => {
  const sent: Buffer[] = [];
  const files = new ClientFiles((frame) => void sent.push(frame));
  const used = new Set([7, 3]);
  files.keep(used);
  used.clear();
  files.keep(used);
  expect(sent).toEqual([encodeKeepFiles(LIMITS.FRAME_ID_MAX, new Set([7, 3])), encodeKeepFiles(7, new Set())]);
});
