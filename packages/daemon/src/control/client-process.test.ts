import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Peer } from '@upstart/protocol';
import { expect, it, vi } from 'vitest';
import type { Credentials } from '../supervisor/peers.ts';
import { ASKED_TOGETHER, Callers } from './callers.ts';
import { ClientProcess } from './client-process.ts';

const THIS = { pid: process.pid, uid: 7, gid: 8 };
const GONE = 2 ** 30;
const LAUNCHER = `${GONE}-${process.pid}-1700000000.123456789`;

class Half extends Duplex {
  constructor() {
    super({ allowHalfOpen: false });
  }
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }
}

function world() {
  const known: (Peer | null)[] = [];
  const answers: ((credentials: Credentials | null) => void)[] = [];
  const callers = new Callers();
  const finder = {
    runner: { peerKnown: (_question: number, peer: Peer | null) => void known.push(peer) },
    supervisor: { findPeer: (_socket: Socket, answer: (typeof answers)[number]) => void answers.push(answer) },
    callers,
  };
  const connect = () => {
    const socket = new Half();
    socket.resume();
    return { socket, client: new ClientProcess(finder, socket as unknown as Socket) };
  };
  return { known, answers, callers, connect };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('asks at once, and once, about a client that names no process, and its answer waits', async () => {
  const { known, answers, connect } = world();
  const { client } = connect();
  const reference = client.reference();
  expect(reference).toEqual(expect.any(Number));
  expect(client.reference()).toBe(reference);
  expect(answers).toHaveLength(1);
  const waits = client.known();
  expect(waits).toBeInstanceOf(Promise);
  answers[0]!(THIS);
  await waits;
  expect(known).toEqual([
    { ...THIS, name: expect.any(String), parent: expect.objectContaining({ pid: process.ppid }) },
  ]);
  expect(client.reference()).toEqual(known[0]);
});

it('asks later about launchers, together, and no answer waits', () => {
  const { answers, connect } = world();
  for (let i = 1; i < ASKED_TOGETHER; i++) {
    const { client } = connect();
    client.claim('/sbin/initctl', LAUNCHER);
    expect(client.reference()).toEqual(expect.any(Number));
    expect(client.known()).toBeUndefined();
  }
  expect(answers).toHaveLength(0);
  const { client } = connect();
  client.claim('/sbin/initctl', LAUNCHER);
  client.reference();
  expect(answers).toHaveLength(ASKED_TOGETHER);
});

it('asks when a reader wants to know, or after a while', async () => {
  const { answers, callers, connect } = world();
  for (const asked of [1, 2]) {
    const { client } = connect();
    client.claim('initctl', LAUNCHER);
    client.reference();
    expect(answers).toHaveLength(asked - 1);
    if (asked === 1) callers.askNow();
    while (answers.length < asked) await new Promise((resolve) => setTimeout(resolve, 1));
  }
});

it('a launcher that has gone keeps its connection until it is known, and the names that it has told', async () => {
  const { known, answers, callers, connect } = world();
  const { client, socket } = connect();
  client.claim('/usr/sbin/a-program-with-a-long-name', LAUNCHER);
  client.reference();
  socket.push(null);
  await turn();
  expect([socket.readableEnded, socket.destroyed]).toEqual([true, false]);
  callers.askNow();
  answers[0]!({ ...THIS, pid: GONE });
  await turn();
  await turn();
  expect(socket.destroyed).toBe(true);
  const parent = { pid: process.pid, name: expect.any(String) };
  expect(known).toEqual([{ ...THIS, pid: GONE, name: 'a-program-with-', parent }]);
});

it('a launcher that is another process than it says is known as the kernel knows it', () => {
  const { known, answers, callers, connect } = world();
  const { client } = connect();
  client.claim('innocent', `1-1-1700000000.123456789`);
  client.reference();
  callers.askNow();
  answers[0]!(THIS);
  expect(known).toEqual([
    { ...THIS, name: expect.any(String), parent: expect.objectContaining({ pid: process.ppid }) },
  ]);
  expect(known[0]!.name).not.toBe('innocent');
});

it('names no process that has got the pid after the client had gone', async () => {
  const { known, answers, callers, connect } = world();
  const [seconds] = process.hrtime();
  const clock = vi.spyOn(process, 'hrtime').mockReturnValue([seconds - 3600, 0]);
  const [{ client }, { client: launcher }] = [connect(), connect()];
  clock.mockRestore();
  client.reference();
  answers[0]!(THIS);
  // Of a launcher its own name is what it has told.
  launcher.claim('initctl', LAUNCHER);
  launcher.reference();
  await launcher.known();
  callers.askNow();
  answers[1]!({ ...THIS, pid: GONE });
  expect(known).toEqual([
    { ...THIS, name: null },
    { ...THIS, pid: GONE, name: 'initctl' },
  ]);
});

it('a key of another form says nothing of its sender', () => {
  for (const key of [undefined, '', 'a', '12-1700000000.123456789', '1-2-3', '-1-2-1.5', `${'9'.repeat(11)}-1-1.5`]) {
    const { answers, connect } = world();
    const { client } = connect();
    client.claim('initctl', key);
    client.reference();
    expect({ key, asked: answers.length }).toEqual({ key, asked: 1 });
  }
});

it('keeps what a client does after it is known as it was', async () => {
  const { answers, callers, connect } = world();
  const { client, socket } = connect();
  client.claim('initctl', LAUNCHER);
  client.reference();
  callers.askNow();
  answers[0]!(null);
  expect(client.reference()).toBeUndefined();
  expect(socket.allowHalfOpen).toBe(false);
  socket.push(null);
  await turn();
  await turn();
  expect(socket.destroyed).toBe(true);
});
