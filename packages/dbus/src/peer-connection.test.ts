import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import type { Notification } from '@upstart/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { LIMITS } from './limits.ts';
import { PeerConnection } from './peer-connection.ts';
import { FakeDaemon } from './testing/fake-daemon.ts';
import { encodeMessage } from './wire/codec.ts';
import { MESSAGE_TYPES } from './wire/message.ts';
import { MessageStream, type Received } from './wire/message-stream.ts';

const GUID = '1'.repeat(32);
const HELLO = '\0AUTH EXTERNAL 30\r\nBEGIN\r\n';
const call = (member: string, signature?: string, body?: string[]): Buffer =>
  encodeMessage({
    ...{ type: MESSAGE_TYPES.call, serial: 5, path: '/com/ubuntu/Upstart', member },
    ...(signature === undefined ? {} : { signature, body: body as string[] }),
  });

let folder: string;
let server: Server;
let daemon: FakeDaemon;
let peer: Socket;
let messages: Received[];
let text: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'upstart-dbus-'));
  daemon = new FakeDaemon({ notifyDiskWriteable: () => null, config: () => [], list: () => [] });
  const listeners = new Set<(notification: Notification) => void>();
  daemon.listeners.add((notification) => {
    for (const listener of listeners) listener(notification);
  });
  server = createServer((socket) => {
    const signals = { handOver: (listener: (notification: Notification) => void) => void listeners.add(listener) };
    new PeerConnection(socket, { host: daemon, uid: 0, client: daemon.client(), signals }, GUID);
  });
  const path = join(folder, 'socket');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  peer = connect(path);
  messages = [];
  text = '';
  const stream = new MessageStream({ message: (message) => messages.push(message), tooLong: () => {} });
  let isText = true;
  peer.on('data', (chunk: Buffer) => {
    if (!isText) return stream.push(chunk);
    text += chunk.toString('latin1');
    const end = text.indexOf('\r\n');
    if (end < 0) return;
    isText = false;
    stream.push(Buffer.from(text.slice(end + 2), 'latin1'));
    text = text.slice(0, end);
  });
  peer.on('error', () => {});
});
afterEach(() => {
  peer.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

it('authenticates, answers, and sends every signal', async () => {
  peer.write(HELLO);
  peer.write(call('NotifyDiskWriteable'));
  await eventually(() => messages.length === 1);
  expect(text).toBe(`OK ${GUID}`);
  expect(messages[0]).toMatchObject({ type: MESSAGE_TYPES.reply, replySerial: 5 });
  daemon.notify({ event: 'state', job: 'a-b', instance: '', state: 'running' });
  daemon.notify({ event: 'process', job: 'a', instance: '', slot: 'main', pid: 3 });
  daemon.notify({ event: 'event-emitted', name: 'e', env: ['A=1'], failed: false });
  await eventually(() => messages.length === 3);
  expect(messages[1]).toMatchObject({ path: '/com/ubuntu/Upstart/jobs/a_2db/_', member: 'StateChanged' });
  expect(messages[2]?.args()).toEqual(['e', ['A=1']]);
});

it('ignores what is no call, and a sender that the client makes up', async () => {
  peer.write(HELLO);
  peer.write(encodeMessage({ type: MESSAGE_TYPES.reply, serial: 1, replySerial: 9 }));
  const made = { type: MESSAGE_TYPES.call, serial: 2, path: '/', member: 'Ping', sender: ':1.1' };
  peer.write(encodeMessage(made));
  await eventually(() => messages.length === 1);
  expect(messages[0]).toMatchObject({ replySerial: 2 });
  expect(messages[0]).not.toHaveProperty('destination');
});

it('answers a message that is too long with an error, and takes the next', async () => {
  peer.write(HELLO);
  peer.write(call('GetJobByName', 's', ['x'.repeat(LIMITS.messageBytes)]));
  peer.write(call('NotifyDiskWriteable'));
  await eventually(() => messages.length === 2);
  expect(messages.map(({ errorName }) => errorName)).toEqual(['org.freedesktop.DBus.Error.LimitsExceeded', undefined]);
});

it('cuts off a client that sends nonsense', async () => {
  peer.write(HELLO);
  peer.write('nonsense, and more of it');
  await eventually(() => peer.closed && daemon.lines.length > 0);
  expect(daemon.lines).toEqual(['A D-Bus client is cut off: a message has no known byte order']);
});

it('cuts off a client that does not read', async () => {
  peer.write(HELLO);
  peer.write(call('NotifyDiskWriteable'));
  await eventually(() => messages.length === 1);
  peer.pause();
  const env = ['X'.repeat(LIMITS.messageBytes)];
  for (let bytes = 0; bytes <= 2 * LIMITS.unreadBytes; bytes += LIMITS.messageBytes)
    daemon.notify({ event: 'event-emitted', name: 'e', env, failed: false });
  await eventually(() => daemon.lines.length === 1);
  expect(daemon.lines).toEqual(['A D-Bus client that leaves too much unread is cut off']);
});

it('cuts off a client that does not authenticate in time', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const connection = (): Duplex => {
      const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
      const parts = { host: daemon, uid: 0, client: daemon.client(), signals: { handOver: () => {} } };
      new PeerConnection(socket as unknown as Socket, parts, GUID);
      return socket;
    };
    const [silent, halfOpen, done] = [connection(), connection(), connection()];
    halfOpen.emit('data', Buffer.from('\0AUTH EXTERNAL 30\r\n'));
    done.emit('data', Buffer.from(HELLO));
    vi.advanceTimersByTime(LIMITS.authenticationMs - 1);
    expect([silent, halfOpen, done].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
    vi.advanceTimersByTime(1);
    expect([silent, halfOpen, done].map(({ destroyed }) => destroyed)).toEqual([true, true, false]);
    expect(daemon.lines).toEqual(Array(2).fill('A D-Bus client did not authenticate'));
  } finally {
    vi.useRealTimers();
  }
});
