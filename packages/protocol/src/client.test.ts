import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { type Client, ConnectionError, type ConnectOptions, connect } from './client.ts';
import { TimeoutError, UpstartError } from './errors.ts';
import type { DaemonFrame, Notification, RequestFrame } from './messages.ts';
import { encodeAnswer, RequestStream } from './request-stream.ts';
import { FakeDaemon } from './testing/fake-daemon.ts';
import { KeyedClient } from './upstart-client.ts';

let dir: string;
let path: string;
let daemon: FakeDaemon;
const clients: Client[] = [];

async function open(options: ConnectOptions = {}): Promise<Client> {
  const client = await connect({ path, retryPauseMs: 1, ...options });
  clients.push(client);
  return client;
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'upstart-client-'));
  path = join(dir, 'control.sock');
  daemon = new FakeDaemon();
  await daemon.listen(path);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await daemon.drop(true);
  rmSync(dir, { recursive: true });
});

describe('a client', () => {
  it('greets, calls, and gives each answer to its own call, whatever their order', async () => {
    const client = await open();
    expect(client.hello).toEqual({ version: 1, daemon: 'init (upstart 1.2.3)', pid: 7 });
    const waiting: (() => void)[] = [];
    daemon.onRequest = (request, send) => {
      waiting.push(() => send({ id: request.id, result: `for ${(request.params as { job: string }).job}` }));
      if (waiting.length === 2) for (const answer of waiting.reverse()) answer();
    };
    const answers = ['one', 'two'].map((job) => client.call('logPath', { job, env: [] }));
    expect(await Promise.all(answers)).toEqual(['for one', 'for two']);
  });

  it('throws the errors of the daemon', async () => {
    const client = await open();
    daemon.onRequest = ({ id }, send) => send({ id, error: { code: 'unknown-job', text: 'Unknown job: x' } });
    const error = await client.call('status', { job: 'x', env: [] }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UpstartError);
    expect(error).toMatchObject({ code: 'unknown-job', message: 'Unknown job: x' });
  });

  it('says that there is no daemon in the words of the system', async () => {
    await daemon.drop(true);
    const missing = join(dir, 'nowhere.sock');
    await expect(connect({ path: missing })).rejects.toThrow(
      `Unable to connect to Upstart: Failed to connect to socket ${missing}: No such file or directory`,
    );
    writeFileSync(path, '');
    const refused = connect({ path });
    await expect(refused).rejects.toBeInstanceOf(ConnectionError);
    await expect(refused).rejects.toThrow(`Failed to connect to socket ${path}: Connection refused`);
  });

  it.runIf(process.getuid?.() === 0)('asks at the socket for questions when the other is not for it', async () => {
    const query = new FakeDaemon();
    query.onRequest = ({ id }, send) => send({ id, result: 'query' });
    await query.listen(join(dir, 'query.sock'));
    chmodSync(path, 0o600);
    chmodSync(dir, 0o755);
    chmodSync(join(dir, 'query.sock'), 0o666);
    process.seteuid?.(65534);
    const opened = open();
    await opened.finally(() => process.seteuid?.(0));
    expect(await (await opened).call('version', {})).toBe('query');
    await query.drop(true);
    process.seteuid?.(65534);
    await expect(open().finally(() => process.seteuid?.(0))).rejects.toThrow(
      `Failed to connect to socket ${path}: Permission denied`,
    );
  });

  it('tells which versions do not understand each other', async () => {
    daemon.onHello = (send, id) =>
      send(encodeAnswer({ id, error: { code: 'unsupported-version', text: 'speaks version 2' } }));
    await expect(open()).rejects.toMatchObject({ code: 'unsupported-version', message: 'speaks version 2' });
  });

  it('gives up on a daemon that does not greet back, or closes instead', async () => {
    daemon.onHello = () => {};
    await expect(open({ helloTimeoutMs: 20 })).rejects.toThrow(`No answer from socket ${path}`);
    daemon.onHello = () => void daemon.drop(false);
    await expect(open()).rejects.toThrow(`Socket ${path} was closed by the daemon`);
  });

  it('gives up a call after its time, and only that', async () => {
    const client = await open();
    let late = (): void => {};
    daemon.onRequest = (request, send) => {
      if (request.method === 'list') late = () => send({ id: request.id, result: [] });
      else send({ id: request.id, result: 'debug' });
    };
    await expect(client.call('list', {}, { timeoutMs: 20 })).rejects.toBeInstanceOf(TimeoutError);
    late();
    expect(await client.call('getLogPriority', {}, { timeoutMs: 900_000 })).toBe('debug');
  });

  it('rejects a call without a key when the connection is lost, and connects anew for the next', async () => {
    const client = await open();
    daemon.onRequest = () => void daemon.drop(false);
    await expect(client.call('start', { job: 'x', env: [], wait: true })).rejects.toThrow(
      'Connection was disconnected before a reply was received',
    );
    daemon.onRequest = ({ id }, send) => send({ id, result: [] });
    expect(await client.call('list', {})).toEqual([]);
    expect(daemon.requests.map((r) => r.method)).toEqual(['start', 'list']);
  });

  it('sends a call with a key again, under the same key, until a restarted daemon answers, and once', async () => {
    const client = await open();
    const answered = vi.fn();
    daemon.onRequest = () => void daemon.drop(true);
    const wait = client.call('start', { job: 'x', env: [], wait: true }, { key: 'K' }).then((result) => {
      answered(result);
      return result;
    });
    await eventually(() => daemon.sockets.size === 0 && daemon.requests.length === 1);
    const next = new FakeDaemon();
    let attempts = 0;
    next.onRequest = ({ id }, send) => {
      attempts += 1;
      if (attempts === 1) return void next.drop(false);
      send({ id, result: { instance: 'i' } });
      send({ id, result: { instance: 'again' } });
    };
    await next.listen(path);
    expect(await wait).toEqual({ instance: 'i' });
    expect([...daemon.requests, ...next.requests].map((r) => r.key)).toEqual(['K', 'K', 'K']);
    expect(answered).toHaveBeenCalledTimes(1);
    client.close();
    await next.drop(true);
  });

  it('gives up waiting for a daemon that does not come back', async () => {
    const client = await open({ retryForMs: 30 });
    const ended = vi.fn();
    await client.watch(() => {}, ended);
    daemon.onRequest = () => void daemon.drop(true);
    await expect(client.call('list', {}, { key: 'K' })).rejects.toThrow(`Failed to connect to socket ${path}`);
    expect(ended).toHaveBeenCalledTimes(1);
    expect(ended.mock.calls[0]?.[0]).toBeInstanceOf(ConnectionError);
  });

  it('reports notifications, over a lost connection too, before what it causes itself', async () => {
    const client = await open();
    const seen: Notification[] = [];
    const ended = vi.fn();
    daemon.onRequest = (request, send) => {
      send({ id: request.id, result: null });
      if (request.method === 'watch') send({ notification: { event: 'job-added', job: `${daemon.requests.length}` } });
    };
    await client.watch((notification) => seen.push(notification), ended);
    await eventually(() => seen.length === 1);
    await daemon.drop(false);
    await eventually(() => seen.length === 3);
    expect(seen).toEqual([{ event: 'job-added', job: '1' }, { event: 'restarted' }, { event: 'job-added', job: '2' }]);
    client.close();
    expect(ended).toHaveBeenCalledWith(null);
    await expect(client.call('list', {})).rejects.toThrow('The client is closed');
  });

  it('refuses to send what is longer than a daemon takes', async () => {
    const client = await open();
    await expect(client.call('emit', { name: 'x'.repeat(2 ** 20), env: [], wait: false })).rejects.toThrow(
      'longer than',
    );
    expect(await client.call('reloadConfiguration', {})).toBeNull();
  });

  it('gets an error in place of an answer that fits no frame', async () => {
    const client = await open();
    daemon.onRequest = ({ id }, send) => send({ id, result: 'x'.repeat(17 * 2 ** 20) });
    await expect(client.call('version', {})).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('a daemon end', () => {
  it('refuses what is not preceded by a hello that it understands, for good', () => {
    const refused: [number, string, boolean][] = [];
    const took: RequestFrame[] = [];
    const stream = new RequestStream({
      request: (request) => took.push(request),
      refuse: ({ id, error }, fatal) => refused.push([id, error.text, fatal]),
    });
    stream.push(encodeAnswer({ id: 4, method: 'list', params: {} } as unknown as DaemonFrame));
    stream.push(encodeAnswer({ id: 5, method: 'list', params: {} } as unknown as DaemonFrame));
    expect(refused).toEqual([[4, 'Invalid request: the first request must be hello', true]]);
    expect(took).toEqual([]);
  });

  it('continues after a request that is wrong only in itself', () => {
    const refused: [number, string, boolean][] = [];
    const took: string[] = [];
    const stream = new RequestStream({
      request: (request) => took.push(request.method),
      refuse: ({ id, error }, fatal) => refused.push([id, error.code, fatal]),
    });
    const send = (frame: object): void => stream.push(encodeAnswer(frame as DaemonFrame));
    send({ id: 0, method: 'hello', params: { version: 1, client: 'x' } });
    send({ id: 1, method: 'fly', params: {} });
    send({ id: 2, method: 'list', params: {} });
    stream.push(Buffer.of(0xff, 0xff, 0xff, 0xff));
    send({ id: 3, method: 'list', params: {} });
    expect(took).toEqual(['hello', 'list']);
    expect(refused).toEqual([
      [1, 'bad-request', false],
      [0, 'bad-request', true],
    ]);
  });

  it('names the versions when it does not speak that of the client', () => {
    const texts: string[] = [];
    const stream = new RequestStream({ request: () => {}, refuse: ({ error }) => texts.push(error.text) });
    stream.push(
      encodeAnswer({ id: 0, method: 'hello', params: { version: 9, client: 'x' } } as unknown as DaemonFrame),
    );
    expect(texts).toEqual(['The init daemon speaks protocol version 1, this client version 9']);
  });
});

describe('KeyedClient', () => {
  it('numbers its calls', async () => {
    const keyed = new KeyedClient(await open(), 'K');
    await keyed.call('list', {});
    await keyed.call('version', {});
    await keyed.watch(() => {});
    expect(daemon.requests.map((r) => r.key)).toEqual(['K:1', 'K:2', undefined]);
    keyed.close();
    await expect(keyed.call('list', {})).rejects.toBeInstanceOf(ConnectionError);
  });
});
