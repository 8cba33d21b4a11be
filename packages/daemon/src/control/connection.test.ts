import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { CLIENT_LIMITS, DAEMON_LIMITS, encodeFrame, FrameDecoder } from '@upstart/protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { KeptAnswers } from '../runner/kept-answers.ts';
import { Connection, type DBusHandler } from './connection.ts';
import type { ControlContext } from './context.ts';
import { CONNECTION_LIMITS, OWNER_SOCKET } from './limits.ts';
import { MemoryBudget } from './memory-budget.ts';
import { Turns } from './turns.ts';

/** The client's end of a connection whose kernel takes answers only on request. */
class Client extends Duplex {
  readonly #untaken: (() => void)[] = [];
  takes = false;

  override _read(): void {}

  heard: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.heard.push(chunk);
    if (this.takes) done();
    else this.#untaken.push(done);
  }

  takeAll(): void {
    this.takes = true;
    for (const done of this.#untaken.splice(0)) done();
  }
}

const IN_FLIGHT = 5;

function world() {
  const carriedOut: string[] = [];
  const keptAnswers = new KeptAnswers();
  const runner = {
    keptAnswers,
    watchers: new Set(),
    peerKnown: () => {},
    request: async (_request: unknown, key: string) => void carriedOut.push(key),
  };
  const context = {
    runner,
    supervisor: { findPeer: (_socket: unknown, known: (peer: null) => void) => known(null) },
    initPid: 1,
    get version() {
      carriedOut.push('version');
      return 'init (test)';
    },
  } as unknown as ControlContext;
  return { carriedOut, keptAnswers, context, turns: new Turns() };
}

function connect(privileged = true, { carriedOut, keptAnswers, context, turns } = world(), toDBus?: DBusHandler) {
  const client = new Client();
  const budget = new MemoryBudget(2 ** 30);
  const limits = { ...OWNER_SOCKET, requests: 2 * IN_FLIGHT, inFlight: IN_FLIGHT };
  const parts = { context, privileged, limits, turns, budget };
  const connection = new Connection(parts, client as unknown as Socket, toDBus);
  const send = (id: number, method: string, params: object, key?: string): void =>
    void client.push(encodeFrame({ id, method, params, ...(key === undefined ? {} : { key }) }, CLIENT_LIMITS));
  return { carriedOut, client, connection, keptAnswers, send };
}

function messagesTo({ heard }: Client): unknown[] {
  const messages: unknown[] = [];
  new FrameDecoder(DAEMON_LIMITS).push(Buffer.concat(heard), (message) => messages.push(message));
  return messages;
}

const quiet = async (): Promise<void> => {
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
};

it('so many requests are in flight, and no more before an answer was taken', async () => {
  const { carriedOut, client, connection, keptAnswers, send } = connect();
  send(0, 'hello', { version: 1, client: 'test' });
  client.takeAll();
  await quiet();
  client.takes = false;
  carriedOut.length = 0;
  const keys = Array.from({ length: IN_FLIGHT + 3 }, (_, index) => `k${index}`);
  for (const [index, key] of keys.entries()) send(index + 1, 'emit', { name: 'e', env: [], wait: false }, key);
  await quiet();
  expect(carriedOut).toEqual(keys.slice(0, IN_FLIGHT));
  expect(connection.behind).toBe(true);
  client.takeAll();
  await quiet();
  expect(carriedOut).toEqual(keys);
  expect(connection.behind).toBe(false);
  client.destroy();
  await quiet();
  expect(keptAnswers.take(Number.MAX_SAFE_INTEGER), 'they may not have been read').toEqual(keys);
});

it('what a client that ends its connection in order has taken was read', async () => {
  const { client, keptAnswers, send } = connect();
  client.takeAll();
  send(0, 'hello', { version: 1, client: 'test' });
  send(1, 'emit', { name: 'e', env: [], wait: false }, 'key');
  await quiet();
  client.push(null);
  client.end();
  await quiet();
  expect(keptAnswers.take(Number.MAX_SAFE_INTEGER)).toEqual([]);
});

it('an answer that comes when the client has gone is kept for it', async () => {
  const { client, keptAnswers, send } = connect();
  send(0, 'hello', { version: 1, client: 'test' });
  send(1, 'emit', { name: 'e', env: [], wait: false }, 'key');
  await new Promise((resolve) => setImmediate(resolve));
  client.destroy();
  await quiet();
  expect(keptAnswers.take(Number.MAX_SAFE_INTEGER)).toEqual(['key']);
});

const { turnRequests: IN_A_TURN } = CONNECTION_LIMITS;

it('the owner is answered before more than a turn of one stranger, however many there are', async () => {
  const shared = world();
  const strangers = Array.from({ length: 40 }, () => connect(false, shared));
  for (const { client, send } of strangers) {
    client.takeAll();
    send(0, 'hello', { version: 1, client: 'stranger' });
    for (let id = 1; id <= 30; id++) send(id, 'version', {});
  }
  const owner = connect(true, shared);
  owner.client.takeAll();
  owner.send(0, 'hello', { version: 1, client: 'owner' });
  const { carriedOut } = shared;
  for (let id = 1; id <= 20; id++) {
    const before = carriedOut.length;
    owner.send(id, 'emit', { name: 'e', env: [], wait: false }, `mine ${id}`);
    while (!carriedOut.includes(`mine ${id}`)) await new Promise((resolve) => setImmediate(resolve));
    expect(carriedOut.indexOf(`mine ${id}`) - before, 'strangers between request and answer').toBeLessThanOrEqual(
      2 * IN_A_TURN,
    );
  }
  const served = (): number => carriedOut.filter((what) => what === 'version').length;
  while (served() < 40 * 30) await new Promise((resolve) => setImmediate(resolve));
  for (const { client } of [...strangers, owner]) client.destroy();
});

it('a stranger gets the limit of the bytes of a frame as an error, and what it still sends is dropped, within bounds', async () => {
  const { client, send, carriedOut } = connect(false);
  client.takeAll();
  send(0, 'hello', { version: 1, client: 'stranger' });
  send(1, 'status', { job: 'web', env: ['x'.repeat(64 * 1024)] });
  await quiet();
  const text = Buffer.concat(client.heard).toString('latin1');
  const limit = text.search(/of \d+ bytes is longer than the 65536 that are allowed/);
  expect(limit, 'hello is answered first').toBeGreaterThan(text.indexOf('init (test)'));
  expect([client.writableEnded, carriedOut], 'nothing more is sent').toEqual([true, ['version']]);
  for (let sent = 0; sent < 2 * 1024 * 1024; sent += 64 * 1024) {
    expect(client.destroyed).toBe(false);
    client.push(Buffer.alloc(64 * 1024));
    await quiet();
  }
  expect(client.destroyed).toBe(true);
});

it.each([
  ['a stranger', false, 4096],
  ['the owner', true, 131_072],
])('%s gets the limit of the values of a frame, and continues', async (_, privileged, limit) => {
  const { client, send, carriedOut } = connect(privileged);
  client.takeAll();
  send(0, 'hello', { version: 1, client: 'test' });
  send(77, 'status', { job: 'web', env: Array(limit).fill('') });
  send(78, 'version', {});
  await quiet();
  const said = messagesTo(client);
  const text = `Invalid request: a frame holds more than the ${limit} values that are allowed`;
  expect(said).toContainEqual({ id: 77, error: { code: 'bad-request', text } });
  expect(said).toContainEqual({ id: 78, result: 'init (test)' });
  expect(carriedOut).toEqual(['version', 'version']);
  client.destroy();
});

describe('a client that says nothing', () => {
  const SILENCE = { code: 'bad-request', text: 'Invalid request: no hello within 10 seconds' };

  function timed() {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { client, send } = connect();
    client.takeAll();
    onTestFinished(() => void client.destroy());
    return { client, said: () => messagesTo(client), send };
  }

  it('is refused after ten seconds', async () => {
    const { said } = timed();
    vi.advanceTimersByTime(CONNECTION_LIMITS.greetingMs - 1);
    await quiet();
    expect(said()).toEqual([]);
    vi.advanceTimersByTime(1);
    await quiet();
    expect(said()).toEqual([{ id: 0, error: SILENCE }]);
  });

  it('is served if its hello came while the daemon stood still for longer', async () => {
    const { said, send } = timed();
    // A timer that is due goes off before what has come meanwhile is read.
    vi.advanceTimersToNextTimer();
    send(0, 'hello', { version: 1, client: 'test' });
    await quiet();
    vi.advanceTimersByTime(2 * CONNECTION_LIMITS.greetingMs);
    send(1, 'version', {});
    await quiet();
    expect(said()).toEqual([
      expect.objectContaining({ id: 0, result: expect.anything() }),
      { id: 1, result: 'init (test)' },
    ]);
  });
});

describe('a client that begins as D-Bus does', () => {
  /** Longer than what one turn reads. */
  const AUTH = Buffer.from(
    `\0AUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n${'l'.repeat(CONNECTION_LIMITS.turnBytes)}`,
  );

  it.each([1, 2, 3, 4, 5, AUTH.length])('is handed over with all that it has sent: %i bytes first', async (first) => {
    let sent: Buffer = Buffer.alloc(0);
    let handedOver = 0;
    const { client, connection } = connect(true, world(), (socket, bytes) => {
      handedOver++;
      sent = bytes;
      socket.on('data', (chunk: Buffer) => {
        sent = Buffer.concat([sent, chunk]);
      });
    });
    client.push(AUTH.subarray(0, first));
    await quiet();
    expect(handedOver).toBe(first < 4 ? 0 : 1);
    client.push(AUTH.subarray(first));
    await quiet();
    expect(handedOver).toBe(1);
    expect(sent).toEqual(AUTH);
    expect(connection.behind).toBe(false);
    expect([client.heard.length, client.destroyed]).toEqual([0, false]);
    client.destroy();
  });

  it('is rejected where D-Bus is not served, and after a frame', async () => {
    const handOver: DBusHandler = () => expect.unreachable();
    for (const toDBus of [undefined, handOver]) {
      const { client, send } = connect(true, world(), toDBus);
      client.takeAll();
      if (toDBus) send(0, 'hello', { version: 1, client: 'test' });
      client.push(AUTH);
      await quiet();
      expect(Buffer.concat(client.heard).toString('latin1')).toContain('longer than the 1048576 that are allowed');
      client.destroy();
    }
  });

  it('is none with a frame of the longest length, or one whose length begins with the same bytes', async () => {
    for (const header of [Buffer.from([0, 0, 0x10, 0]), Buffer.from([0, 0x41, 0, 0])]) {
      const { client } = connect(true, world(), () => expect.unreachable());
      client.push(header);
      await quiet();
      expect(client.heard).toEqual([]);
      client.destroy();
    }
  });
});
