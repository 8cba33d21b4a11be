import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Notification, UpstartClient } from '@upstart/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import type { Credentials } from '../supervisor/peers.ts';
import { DBusDoor, MAX_CONNECTIONS, MAX_LOOKUPS } from './door.ts';
import { EarlySignals, MAX_EARLY, MAX_EARLY_BYTES } from './early-signals.ts';

const OWNER = process.geteuid?.() ?? 0;
const AUTHENTICATE = `\0AUTH EXTERNAL ${Buffer.from(String(OWNER)).toString('hex')}\r\n`;

let folder: string;
let path: string;
let door: DBusDoor;
let lines: string[];
/** Answers for those who ask; kept where the test gives them later. */
let asked: ((peer: Credentials | null) => void)[];
let answer: ((known: (peer: Credentials | null) => void) => void) | null;
const clients: Socket[] = [];

const peer = (uid: number): Credentials => ({ pid: 1, uid, gid: 0 });
const host = {
  client: (): UpstartClient => ({ call: () => new Promise(() => {}), watch: async () => {}, close: () => {} }),
  log: (priority: string, text: string): void => void lines.push(`${priority}: ${text}`),
};

interface Guest {
  readonly socket: Socket;
  text: string;
  closed: boolean;
}

function guest(at = path): Guest {
  const socket = connect(at);
  const found: Guest = { socket, text: '', closed: false };
  clients.push(socket);
  socket.on('data', (chunk) => {
    found.text += chunk.toString();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    found.closed = true;
  });
  return found;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upstart-door-'));
  path = join(folder, 'socket');
  lines = [];
  asked = [];
  answer = null;
  const findPeer = (_: Socket, known: (peer: Credentials | null) => void): void => {
    if (answer) answer(known);
    else asked.push(known);
  };
  door = new DBusDoor(host as never, { findPeer } as never);
  door.listen({ path });
});
afterEach(() => {
  for (const socket of clients.splice(0)) socket.destroy();
  door.close();
  rmSync(folder, { recursive: true });
});

it.each([0, OWNER])('lets root and its owner in: user %i', async (uid) => {
  answer = (known) => known(peer(uid));
  const one = guest();
  one.socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(uid)).toString('hex')}\r\n`);
  await eventually(() => one.text.startsWith('OK '));
});

it('reads nothing before it knows who it is', async () => {
  const one = guest();
  one.socket.write(AUTHENTICATE);
  await eventually(() => asked.length === 1);
  expect(one.text).toBe('');
  asked[0]?.(peer(OWNER));
  await eventually(() => one.text.startsWith('OK '));
});

it('closes the connections of others, and of those whom nobody knows', async () => {
  answer = (known) => known(peer(OWNER + 1));
  const other = guest();
  await eventually(() => other.closed);
  answer = (known) => known(null);
  const unknown = guest();
  await eventually(() => unknown.closed);
  const again = guest();
  await eventually(() => again.closed);
  expect(other.text + unknown.text).toBe('');
  expect(lines).toEqual([
    `info: D-Bus connection refused: it is that of user ${OWNER + 1}`,
    'warn: D-Bus connection refused: its user is not known',
    'info: D-Bus connection refused: its user is not known',
  ]);
});

it('has room for so many whose user is looked up, and for so many in all', async () => {
  const waiting = Array.from({ length: MAX_LOOKUPS }, () => guest());
  await eventually(() => asked.length === MAX_LOOKUPS);
  const refused = guest();
  await eventually(() => refused.closed);
  for (const known of asked.splice(0)) known(peer(OWNER));
  answer = (known) => known(peer(OWNER));
  const more: Guest[] = [];
  while (waiting.length + more.length < MAX_CONNECTIONS) {
    const one = guest();
    one.socket.write(AUTHENTICATE);
    more.push(one);
    await eventually(() => one.text.startsWith('OK '));
  }
  for (const last of [guest(), guest()]) await eventually(() => last.closed);
  expect(lines).toEqual([
    `warn: D-Bus connection refused: the users of ${MAX_LOOKUPS} others are being looked up`,
    `warn: D-Bus connection refused: there are ${MAX_CONNECTIONS} already`,
    `info: D-Bus connection refused: there are ${MAX_CONNECTIONS} already`,
  ]);
  waiting[0]?.socket.destroy();
  await eventually(async () => {
    const next = guest();
    next.socket.write(AUTHENTICATE);
    await eventually(() => next.closed || next.text.startsWith('OK '));
    return !next.closed;
  });
});

it('takes over connections to another socket, with what they have sent', async () => {
  answer = (known) => known(peer(OWNER));
  const other = createServer((socket) => socket.once('data', (chunk: Buffer) => door.admit(socket, chunk)));
  other.listen(`${path}.other`);
  const one = guest(`${path}.other`);
  one.socket.write(AUTHENTICATE);
  await eventually(() => one.text.startsWith('OK '));
  one.socket.write('NEGOTIATE_UNIX_FD\r\n');
  await eventually(() => one.text.split('\r\n').length === 3);
  door.close();
  await eventually(() => one.closed);
  other.close();
});

it('closes a connection that is not ready for all the events that come, and says why', async () => {
  let notify = (_: Notification): void => {};
  const watch = async (listener: typeof notify): Promise<void> => {
    notify = listener;
  };
  const flooded = { ...host, client: () => ({ ...host.client(), watch }) };
  const other = new DBusDoor(flooded as never, { findPeer: () => {} } as never);
  other.listen({ path: `${path}.other` });
  const one = guest(`${path}.other`);
  await eventually(() => {
    for (let i = 0; i <= MAX_EARLY; i++) notify({ event: 'restarted' });
    return one.closed;
  });
  expect(lines).toEqual(['warn: D-Bus connection refused: it authenticates slower than events come']);
  other.close();
});

it('closes connections where the gateway cannot be loaded', async () => {
  const load = (): Promise<never> => Promise.reject(new Error('it belongs to another version'));
  const findPeer = (_: Socket, known: (peer: Credentials | null) => void): void => known(peer(OWNER));
  const other = new DBusDoor(host as never, { findPeer } as never, load);
  other.listen({ path: `${path}.other` });
  const guests = [guest(`${path}.other`), guest(`${path}.other`)];
  await eventually(() => guests.every(({ closed }) => closed));
  expect(lines).toEqual([
    'warn: D-Bus connection refused: unable to load the gateway: it belongs to another version',
    'info: D-Bus connection refused: unable to load the gateway: it belongs to another version',
  ]);
  other.close();
});

it('logs that the name was taken', () => {
  new DBusDoor(host as never, {} as never).listen(null);
  expect(lines).toEqual(['info: Unable to listen for private D-Bus connections: the name of the socket is taken']);
});

it('keeps notifications for a client that is not ready, up to a limit', () => {
  const event: Notification = { event: 'restarted' };
  let notify = (_: Notification): void => {};
  const watch = async (listener: typeof notify): Promise<void> => {
    notify = listener;
  };
  const client = { watch } as unknown as UpstartClient;
  let overflows = 0;
  const signals = new EarlySignals(client, () => overflows++);
  for (let i = 0; i < MAX_EARLY; i++) notify(event);
  expect(overflows).toBe(0);
  notify(event);
  expect(overflows).toBe(1);
  let heard = 0;
  signals.handOver(() => heard++);
  notify(event);
  expect(heard).toBe(MAX_EARLY + 1);
});

it('keeps no more of long events than it may', () => {
  let notify = (_: Notification): void => {};
  const watch = async (listener: typeof notify): Promise<void> => {
    notify = listener;
  };
  let overflows = 0;
  const signals = new EarlySignals({ watch } as unknown as UpstartClient, () => overflows++);
  const event = (bytes: number): Notification => ({
    ...{ event: 'event-emitted', name: 'e', env: ['x'.repeat(bytes - 1)], failed: false },
  });
  notify(event(MAX_EARLY_BYTES - 8));
  notify(event(8));
  expect(overflows).toBe(0);
  notify(event(2));
  expect(overflows).toBe(1);
  const heard: Notification[] = [];
  signals.handOver((notification) => heard.push(notification));
  expect(heard).toHaveLength(2);
});
