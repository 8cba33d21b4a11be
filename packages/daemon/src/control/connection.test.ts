import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { CLIENT_LIMITS, encodeFrame } from '@upstart/protocol';
import { expect, it } from 'vitest';
import { KeptAnswers } from '../kept-answers.ts';
import { Connection } from './connection.ts';
import type { ControlContext } from './handlers.ts';
import { MemoryBudget } from './memory-budget.ts';
import { Turns } from './turns.ts';

/** The client's end of a connection whose kernel takes answers only when it is told to. */
class Client extends Duplex {
  private readonly untaken: (() => void)[] = [];
  takes = false;

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.takes) done();
    else this.untaken.push(done);
  }

  takeAll(): void {
    this.takes = true;
    for (const done of this.untaken.splice(0)) done();
  }
}

const IN_FLIGHT = 5;

function connect() {
  const carriedOut: string[] = [];
  const keptAnswers = new KeptAnswers();
  const runner = {
    keptAnswers,
    watchers: new Set(),
    request: async (_request: unknown, key: string) => void carriedOut.push(key),
  };
  const context = { runner, version: 'init (test)', initPid: 1 } as unknown as ControlContext;
  const client = new Client();
  const budget = new MemoryBudget(2 ** 30);
  const parts = { context, privileged: true, requests: 2 * IN_FLIGHT, inFlight: IN_FLIGHT, turns: new Turns(), budget };
  const connection = new Connection(parts, client as unknown as Socket);
  const send = (id: number, method: string, params: object, key?: string): void =>
    void client.push(encodeFrame({ id, method, params, ...(key === undefined ? {} : { key }) }, CLIENT_LIMITS));
  return { carriedOut, client, connection, keptAnswers, send };
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
