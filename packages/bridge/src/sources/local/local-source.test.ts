import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../../../test/eventually.ts';
import { MAX_LINE_BYTES } from './line-reader.ts';
import { LINES_A_SECOND, LocalSource, MAX_CLIENTS, MAX_OF_USER, SILENCE_MS } from './local-source.ts';

const UID = 1000;
const OPTIONS = { event: 'android', path: '@x', anyUser: false, program: '/none' };

let events: string[];
let logged: string[];
/** Ends the present silence of a client. */
let silence: (() => void) | null;
/** Init takes events; null: at once. */
let taking: Promise<void> | null;

beforeEach(() => {
  events = [];
  logged = [];
  silence = null;
  taking = null;
});

function source(options = {}): LocalSource {
  const say = (level: string) => (text: string) => void logged.push(`${level}: ${text}`);
  const context = {
    async emit(event: string, env: readonly string[]) {
      events.push(`${event} ${env.at(-1)}`);
      await taking;
    },
    log: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
    clock: {
      nowMs: () => 0,
      upMs: () => 0,
      after(delayMs: number, due: () => void) {
        expect(delayMs).toBe(SILENCE_MS);
        silence = due;
        return () => {
          silence = null;
        };
      },
    },
    fail: (error: Error) => say('fail')(error.message),
  };
  return new LocalSource(context, { ...OPTIONS, ...options }, UID);
}

/** A client's end of a connection. */
function client(of: LocalSource, uid = UID): Duplex {
  const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  of.connected(socket as Socket, { pid: 5, uid, gid: 6 });
  return socket;
}

it('emits an event for each line of several clients, in whatever pieces they come', async () => {
  const local = source();
  const [one, two] = [client(local), client(local)];
  one.push('a=');
  two.push('b=1\r\nno variable\nb=2\n');
  await eventually(() => events.length === 2);
  one.push('1\na=2');
  one.push(null);
  await eventually(() => events.length === 4);
  expect(events).toEqual(['android b=1', 'android b=2', 'android a=1', 'android a=2']);
  expect(silence).toBeNull();
});

it('takes a line without an end when its client is silent', async () => {
  const one = client(source());
  one.push('a=1');
  await eventually(() => silence !== null);
  expect(events).toEqual([]);
  silence?.();
  expect(events).toEqual(['android a=1']);
  one.push('b=2\n');
  await eventually(() => events.length === 2);
  expect(silence).toBeNull();
});

it('forgets what a client had begun that goes without an end', async () => {
  const one = client(source());
  one.push('a=1\nb=');
  await eventually(() => silence !== null);
  one.destroy(new Error('reset'));
  await eventually(() => silence === null);
  expect(events).toEqual(['android a=1']);
});

it('reads no faster than init takes the events', async () => {
  let take = (): void => {};
  taking = new Promise((resolve) => {
    take = resolve;
  });
  const one = client(source());
  one.push('a=1\na=2\n');
  one.push('a=3\n');
  await eventually(() => events.length > 0);
  expect(events).toEqual(['android a=1']);
  take();
  await eventually(() => events.length === 3);
});

it('disconnects other users, with one warning for each', () => {
  const local = source();
  expect([client(local, 7), client(local, 7), client(local, 0)].map(({ destroyed }) => destroyed)).toEqual([
    true,
    true,
    true,
  ]);
  expect(logged).toEqual([
    'warn: Ignoring request from uid 7 (gid 6, pid 5)',
    'info: Ignoring request from uid 7 (gid 6, pid 5)',
    'warn: Ignoring request from uid 0 (gid 6, pid 5)',
  ]);
});

it('takes lines of any user where that is allowed, but none that speak for another or say what is run', async () => {
  const local = source({ anyUser: true });
  client(local, 7).push('CLIENT_UID=0\nLD_PRELOAD=/x\nLD_PRELOAD=/y\na=1\n');
  await eventually(() => events.length === 1);
  client(local).push('CLIENT_UID=0\nLD_PRELOAD=/x\n');
  await eventually(() => events.length === 2);
  expect(events).toEqual(['android a=1', 'android LD_PRELOAD=/x']);
  expect(logged).toEqual([
    'warn: Ignoring CLIENT_UID from uid 7: clients may not set it',
    'warn: Ignoring LD_PRELOAD from uid 7: clients may not set it',
    'info: Ignoring LD_PRELOAD from uid 7: clients may not set it',
    'warn: Ignoring CLIENT_UID from uid 1000: clients may not set it',
  ]);
});

it('says once that a line is too long, and takes the next', async () => {
  const one = client(source());
  one.push(`a=${'x'.repeat(MAX_LINE_BYTES)}\nb=1\n`);
  await eventually(() => events.length === 1);
  expect(logged).toEqual(['warn: Ignoring a line of uid 1000 that is too long']);
});

it('serves so many clients at a time, and one more when one has gone', async () => {
  const local = source();
  const clients = Array.from({ length: MAX_CLIENTS }, () => client(local));
  expect(clients.some(({ destroyed }) => destroyed)).toBe(false);
  expect([client(local), client(local)].map(({ destroyed }) => destroyed)).toEqual([true, true]);
  expect(logged.map((line) => line.split(':')[0])).toEqual(['warn', 'info']);
  clients[0]?.push(null);
  await eventually(() => {
    const next = client(local);
    return !next.destroyed;
  });
  local.stop();
  expect(clients.every(({ destroyed }) => destroyed)).toBe(true);
});

it('gives another user so many places, and leaves the rest', () => {
  const local = source({ anyUser: true });
  const clients = Array.from({ length: MAX_OF_USER }, () => client(local, 7));
  expect(clients.some(({ destroyed }) => destroyed)).toBe(false);
  expect([client(local, 7), client(local, 8), client(local)].map(({ destroyed }) => destroyed)).toEqual([
    true,
    false,
    false,
  ]);
  expect(logged).toEqual([`warn: More than ${MAX_OF_USER} clients of uid 7: further ones are disconnected`]);
});

it('takes so many lines of other users in a second, and those of its own at once', async () => {
  const local = source({ anyUser: true });
  const many = (name: string): string => `${name}=1\n`.repeat(LINES_A_SECOND + 1);
  client(local, 7).push(many('other'));
  await eventually(() => silence !== null);
  expect(events).toHaveLength(LINES_A_SECOND);
  client(local).push(many('own'));
  await eventually(() => events.length === 2 * LINES_A_SECOND + 1);
  local.stop();
  silence?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(events).toHaveLength(2 * LINES_A_SECOND + 1);
});

it('does not warn without end', () => {
  const local = source();
  for (let uid = 2000; uid < 2200; uid++) client(local, uid);
  expect(logged.filter((line) => line.startsWith('warn'))).toHaveLength(100);
});
