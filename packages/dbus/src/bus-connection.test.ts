/** Init on a bus whose members, or which itself, do not behave. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { BusConnection } from './bus-connection.ts';
import { LIMITS } from './limits.ts';
import { FakeDaemon } from './testing/fake-daemon.ts';
import { encodeMessage } from './wire/codec.ts';
import { MESSAGE_TYPES, type Outgoing } from './wire/message.ts';
import { MessageStream, type Received } from './wire/message-stream.ts';

const BUS = 'org.freedesktop.DBus';
const PRIMARY_OWNER = 1;
const EXISTS = 3;

let folder: string;
let server: Server;
let daemon: FakeDaemon;
let bus: Socket;
/** What init has sent, but for its calls of the bus. */
let sent: Received[];
/** Answers for the calls of the bus, by member; absent: none. */
let answers: Record<string, (call: Received) => Partial<Outgoing> | null>;
let ended: boolean[];
let serial: number;

const number = (value: number): Partial<Outgoing> => ({ signature: 'u', body: [value] });
const send = (message: Outgoing): void => void bus.write(encodeMessage({ serial: ++serial, ...message }));
const call = (sender: string, member: string, content: Partial<Outgoing> = {}): void =>
  send({ type: MESSAGE_TYPES.call, path: '/com/ubuntu/Upstart', member, sender, ...content });
const emit = { signature: 'sasb', body: ['e', [], true] } as const;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upstart-bus-'));
  daemon = new FakeDaemon({ emit: () => new Promise(() => {}), notifyDiskWriteable: () => null });
  sent = [];
  ended = [];
  serial = 0;
  answers = {
    Hello: () => ({ signature: 's', body: [':1.0'] }),
    RequestName: () => number(PRIMARY_OWNER),
    GetConnectionUnixUser: () => number(0),
  };
});
afterEach(async () => {
  bus.destroy();
  await eventually(() => ended.length === 1);
  server.close();
  rmSync(folder, { recursive: true });
});

function take(message: Received): void {
  if (message.destination !== BUS) {
    sent.push(message);
    return;
  }
  const answer = answers[message.member ?? '']?.(message);
  if (answer) send({ type: MESSAGE_TYPES.reply, replySerial: message.serial, sender: BUS, ...answer });
}

/** Joins the bus, which authenticates every client. */
async function joined(): Promise<BusConnection> {
  server = createServer((socket) => {
    bus = socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(`OK ${'0'.repeat(32)}\r\n`);
      const stream = new MessageStream({ message: take, tooLong: () => {} });
      socket.once('data', (chunk: Buffer) => {
        socket.on('data', (more: Buffer) => stream.push(more));
        stream.push(chunk.subarray('BEGIN\r\n'.length));
      });
    });
  }).listen(join(folder, 'bus'));
  await once(server, 'listening');
  const socket = createConnection(join(folder, 'bus'));
  await once(socket, 'connect');
  const parts = { host: daemon, uid: 0, isRestarted: false, ended: (owned: boolean) => void ended.push(owned) };
  const connection = new BusConnection(socket, parts);
  await connection.join();
  return connection;
}

const errors = (): (string | undefined)[] => sent.map(({ errorName }) => errorName?.split('.').at(-1));

it('answers its members, each at its own name', async () => {
  await joined();
  call(':1.5', 'NotifyDiskWriteable');
  call(':1.6', 'Nothing');
  await eventually(() => sent.length === 2);
  const names = Object.fromEntries(sent.map(({ destination = '', errorName }) => [destination, errorName]));
  expect(names).toEqual({ ':1.5': undefined, ':1.6': 'org.freedesktop.DBus.Error.UnknownMethod' });
});

it('does not join where another has the name', async () => {
  answers.RequestName = () => number(EXISTS);
  await expect(joined()).rejects.toThrow('Name already taken');
  expect(daemon.lines).toEqual(['Name already taken']);
  await eventually(() => ended.length === 1);
  expect(ended).toEqual([false]);
});

it('keeps so many calls of one member, and answers further ones with an error', async () => {
  // Its user is not known yet: its calls wait.
  answers.GetConnectionUnixUser = () => null;
  await joined();
  for (let i = 0; i < LIMITS.queuedCalls + 1; i++) call(':1.5', 'NotifyDiskWriteable');
  call(':1.5', 'NotifyDiskWriteable');
  await eventually(() => sent.length === 1);
  expect(errors()).toEqual(['LimitsExceeded']);
  expect(sent[0]).toMatchObject({ replySerial: serial, destination: ':1.5' });
});

it('serves so many members with calls in progress, forgets idle ones first, and refuses more', async () => {
  await joined();
  for (let i = 0; i < LIMITS.senders; i++) call(`:1.${i}`, 'NotifyDiskWriteable');
  await eventually(() => sent.length === LIMITS.senders);
  // All of those are idle: each makes room for another.
  for (let i = 0; i < LIMITS.senders; i++) call(`:2.${i}`, 'EmitEvent', emit);
  await eventually(() => daemon.calls.filter(([method]) => method === 'emit').length === LIMITS.senders);
  sent = [];
  call(':3.1', 'NotifyDiskWriteable');
  call(':3.1', 'NotifyDiskWriteable', { flags: 1 });
  call(':2.0', 'NotifyDiskWriteable');
  await eventually(() => sent.length === 2);
  expect(sent.map(({ destination }) => destination)).toEqual([':3.1', ':2.0']);
  expect(errors()).toEqual(['LimitsExceeded', undefined]);
});

it('leaves a bus that reads nothing, and says why', async () => {
  await joined();
  bus.pause();
  const env = ['X'.repeat(LIMITS.messageBytes)];
  for (let bytes = 0; bytes <= 2 * LIMITS.unreadBytes; bytes += LIMITS.messageBytes)
    daemon.notify({ event: 'event-emitted', name: 'e', env, failed: false });
  await eventually(() => ended.length === 1);
  expect(ended).toEqual([true]);
  expect(daemon.lines).toEqual(['The D-Bus bus leaves too much unread']);
});

it('leaves a bus that sends nonsense', async () => {
  await joined();
  bus.write('nonsense, and more of it');
  await eventually(() => ended.length === 1);
  expect(daemon.lines).toEqual(['The D-Bus bus sends nonsense: a message has no known byte order']);
});
