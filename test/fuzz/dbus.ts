/** D-Bus clients of all kinds: bytes that are nearly messages, and conversations with the gateway, which must keep answering others. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS } from '../../packages/dbus/src/limits.ts';
import { PeerConnection } from '../../packages/dbus/src/peer-connection.ts';
import { FakeDaemon } from '../../packages/dbus/src/testing/fake-daemon.ts';
import { WireError } from '../../packages/dbus/src/wire/check-values.ts';
import { encodeMessage } from '../../packages/dbus/src/wire/codec.ts';
import { MESSAGE_TYPES, type Outgoing, type Value } from '../../packages/dbus/src/wire/message.ts';
import { MessageStream, type Received } from '../../packages/dbus/src/wire/message-stream.ts';
import type { Random } from '../chaos/random.ts';
import { pause } from '../chaos/session.ts';
import { answerOrEnd } from './answer-or-end.ts';
import { Corpus } from './corpus.ts';
import { blaming, type Fuzzer, mutate } from './fuzzer.ts';

const PATHS = ['/', '/com/ubuntu/Upstart', '/com/ubuntu/Upstart/jobs', '/com/ubuntu/Upstart/jobs/job/_', '/a/b'];
const INTERFACES = [
  'com.ubuntu.Upstart0_6',
  'com.ubuntu.Upstart0_6.Job',
  'com.ubuntu.Upstart0_6.Instance',
  'org.freedesktop.DBus',
  'org.freedesktop.DBus.Properties',
  'org.freedesktop.DBus.Introspectable',
  'org.freedesktop.DBus.Peer',
];
const MEMBERS = [
  ...['AddMatch', 'Hello', 'GetJobByName', 'GetAllJobs', 'EmitEvent', 'EmitEventWithFile', 'GetEnv', 'SetEnvList'],
  ...['Get', 'Set', 'GetAll', 'Introspect', 'Ping', 'Start', 'Stop', 'Reload', 'GetInstance', 'constructor', 'x'],
];
/** Signatures with a value of each. */
const BODIES: readonly (readonly [string, readonly Value[]])[] = [
  ['', []],
  ['s', ['job']],
  ['ss', ['', 'state']],
  ['ssv', ['', 'log_priority', ['s', 'warn']]],
  ['ssv', ['', 'log_priority', ['v', ['as', ['a']]]]],
  ['as', [['A=1', 'B']]],
  ['asb', [[], true]],
  ['sasb', ['event', ['A=1'], false]],
  ['ass', [['job', ''], 'X']],
  ['a{sv}', [[['k', ['u', 7]]]]],
  ['a(si)', [[['main', -1]]]],
  ['aas', [[['x'], []]]],
  ['xtdqny', [-1, 2, 0.5, 3, -4, 5]],
];
const LINES = [
  ...['AUTH EXTERNAL 30', 'AUTH EXTERNAL', 'DATA', 'DATA 30', 'BEGIN', 'CANCEL', 'ERROR', 'NEGOTIATE_UNIX_FD'],
  ...['AUTH ANONYMOUS', 'AUTH', '', 'x'.repeat(300)],
];

function message(random: Random): Buffer {
  const [signature, body] = random.pick(BODIES);
  const made: Outgoing = {
    type: random.pick([1, 1, 1, 1, 2, 3, 4]),
    serial: 1 + random.below(1000),
    flags: random.below(4),
    path: random.pick(PATHS),
    member: random.pick(MEMBERS),
    ...(random.chance(0.9) ? { interface: random.pick(INTERFACES) } : {}),
    ...(random.chance(0.1) ? { sender: ':1.1', destination: 'com.ubuntu.Upstart' } : {}),
    ...(random.chance(0.1) ? { replySerial: 3, errorName: 'a.b' } : {}),
    ...(signature === '' ? {} : { signature, body }),
  };
  return encodeMessage(made);
}

/** Bytes that the stream accepts, or rejects with the one error that is meant for that; accepted messages can be decoded. */
export const dbusMessages: Fuzzer = {
  name: 'dbus-messages',
  inputsInTest: 5_000,
  async run(budget, random) {
    const corpus = new Corpus('dbus-messages');
    let inputs = 0;
    for (; budget.take(); inputs++) {
      const nearly = mutate(Buffer.concat([message(random), message(random)]), random);
      const input = random.chance(0.2) ? corpus.next(random) : nearly;
      await blaming(input, async () => readAll(input, random));
    }
    return inputs;
  },
};

function readAll(input: Buffer, random: Random): void {
  const taken: Received[] = [];
  const stream = new MessageStream({ message: (one) => taken.push(one), tooLong: () => {} });
  try {
    for (let at = 0; at < input.length; ) {
      const length = 1 + random.below(64);
      stream.push(input.subarray(at, at + length));
      at += length;
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  if (stream.held > LIMITS.messageBytes) throw new Error(`${stream.held} bytes are kept of a message`);
  for (const one of taken) if (!one.signature.includes('h') && !holdsDescriptor(one)) one.args();
}

/** A variant may hold a descriptor, for which the library has no value: the gateway answers such a call with an error. */
function holdsDescriptor(one: Received): boolean {
  try {
    one.args();
    return false;
  } catch (error) {
    if (/Unsupported type: h/.test((error as Error).message)) return true;
    throw error;
  }
}

/** How many clients are held half open, and how much memory the conversations may cost, in bytes. */
const HALF_OPEN = 32;
const GROWTH = 128 * 1024 * 1024;
const PATIENCE_MS = 10;

export const dbusConversations: Fuzzer = {
  name: 'dbus-conversations',
  inputsInTest: 300,
  async run(budget, random) {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-dbus-'));
    const path = join(folder, 'socket');
    const server = await serve(path);
    const held: Socket[] = [];
    const before = process.memoryUsage.rss();
    try {
      let inputs = 0;
      for (; budget.take(); inputs++) {
        const input = conversation(random);
        await blaming(input, () => talk(path, input, held, random));
        if (inputs % 50 === 0) await othersAreAnswered(path);
      }
      await othersAreAnswered(path);
      const grown = process.memoryUsage.rss() - before;
      if (grown > GROWTH) throw new Error(`the gateway has grown by ${grown} bytes`);
      return inputs;
    } finally {
      for (const socket of held) socket.destroy();
      server.close();
      rmSync(folder, { recursive: true });
    }
  },
};

async function serve(path: string): Promise<Server> {
  const config = {
    path: '',
    description: '',
    author: '',
    version: '',
    usage: null,
    emits: [],
    startOn: null,
    stopOn: null,
  };
  const daemon = new FakeDaemon({
    version: () => 'init (upstart 0)',
    list: () => [{ job: 'job', instances: [] }],
    config: ({ job }) => [{ job: job ?? 'job', ...config }],
    status: ({ job }) => ({ job, instances: [{ name: '', goal: 'start', state: 'running', processes: [] }] }),
    start: () => new Promise(() => {}),
    emit: () => null,
    getEnv: () => '',
    listEnv: () => [],
    setEnv: () => null,
    getLogPriority: () => 'message',
    setLogPriority: () => null,
    stop: () => ({ instance: '' }),
    reload: () => null,
  });
  const server = createServer((socket) => {
    new PeerConnection(
      socket,
      { host: daemon, uid: 0, client: daemon.client(), signals: { handOver: () => {} } },
      '0'.repeat(32),
    );
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

function conversation(random: Random): Buffer {
  const hello = random.chance(0.8)
    ? ['AUTH EXTERNAL 30', 'BEGIN']
    : Array.from({ length: random.below(12) }, () => random.pick(LINES));
  const text = Buffer.from(`\0${hello.map((line) => `${line}\r\n`).join('')}`);
  const flood = random.chance(0.1) ? 2000 : 8;
  const addMatch = encodeMessage({
    ...{ type: MESSAGE_TYPES.call, serial: 1, path: '/org/freedesktop/DBus', member: 'AddMatch' },
    ...{ signature: 's', body: ["type='signal'"] },
  });
  const messages = Array.from({ length: random.below(flood) }, () => (flood > 8 ? addMatch : message(random)));
  const bytes = Buffer.concat([text, ...messages]);
  return random.chance(0.5) ? mutate(bytes, random) : bytes;
}

async function talk(path: string, bytes: Buffer, held: Socket[], random: Random): Promise<void> {
  const socket = connect(path);
  socket.on('error', () => {});
  socket.write(bytes);
  if (random.chance(0.2)) {
    held.push(socket);
    if (held.length > HALF_OPEN) held.shift()?.destroy();
    return;
  }
  socket.resume();
  if (random.chance(0.5)) await Promise.race([answerOrEnd(socket), pause(PATIENCE_MS)]);
  socket.destroy();
}

/** A client that does everything right gets its answer. */
async function othersAreAnswered(path: string): Promise<void> {
  const socket = connect(path);
  const answered = new Promise<void>((resolve, reject) => {
    let rest: Buffer | null = Buffer.alloc(0);
    const stream = new MessageStream({ message: () => resolve(), tooLong: () => {} });
    socket.on('data', (chunk: Buffer) => {
      if (!rest) return stream.push(chunk);
      rest = Buffer.concat([rest, chunk]);
      const end = rest.indexOf('\r\n');
      if (end < 0) return;
      stream.push(rest.subarray(end + 2));
      rest = null;
    });
    socket.on('close', () => reject(new Error('another client was cut off')));
  });
  socket.write('\0AUTH EXTERNAL 30\r\nBEGIN\r\n');
  socket.write(encodeMessage({ type: MESSAGE_TYPES.call, serial: 1, path: '/', member: 'Ping' }));
  await answered;
  socket.removeAllListeners('close');
  socket.destroy();
}
