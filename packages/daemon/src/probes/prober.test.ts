import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createNetServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeTarget } from '@upstart/job-language';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import type { ArmedProbe, ProbeResult } from '../engine/model/probe-state.ts';
import type { Attempt, Outcome } from './attempt.ts';
import { MAX_ANSWER_BYTES } from './http.ts';
import { LookUps, MAX_LOOK_UPS } from './look-up.ts';
import { MAX_AT_ONCE } from './places.ts';
import { Prober } from './prober.ts';
import { Probes } from './probes.ts';

const closed: (() => void)[] = [];
afterEach(() => {
  for (const close of closed.splice(0)) close();
});

async function listen(
  server: Server | HttpServer,
  where: { port: number; host: string } | { path: string },
): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(where, resolve));
  closed.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const ANY = { port: 0, host: '127.0.0.1' };
const web = (answer: RequestListener): Promise<number> => listen(createServer(answer), ANY);
/** A server that says this to each that connects, whatever it asks. */
const raw = (say: (socket: Socket) => void): Promise<number> =>
  listen(
    createNetServer((socket) => {
      socket.on('error', () => {});
      say(socket);
    }),
    ANY,
  );

function http(port: number, more: Partial<Extract<ProbeTarget, { kind: 'http' }>> = {}): ProbeTarget {
  const authority = `127.0.0.1:${port}`;
  return { kind: 'http', host: '127.0.0.1', port, authority, path: '/', lowest: 200, highest: 299, ...more };
}

let nextId = 1;
const armed = (target: ProbeTarget, more: Partial<ArmedProbe> = {}): ArmedProbe => ({
  ...{ id: nextId++, instance: 7, target, intervalMs: 10, timeoutMs: 2000 },
  ...more,
});

/** The first result of a probe. */
async function result(target: ProbeTarget, more: Partial<ArmedProbe> = {}): Promise<ProbeResult> {
  const results: ProbeResult[] = [];
  const prober = new Prober((came) => results.push(came));
  const probe = armed(target, more);
  closed.push(() => prober.drop(probe.id));
  prober.arm(probe);
  await eventually('there is a result', () => results.length > 0);
  return results[0] as ProbeResult;
}

describe('a try', () => {
  it('of a port succeeds with a connection', async () => {
    const port = await raw(() => {});
    expect(await result({ kind: 'tcp', host: '127.0.0.1', port })).toMatchObject({ instance: 7, isGood: true });
    expect(await result({ kind: 'tcp', host: 'localhost', port })).toMatchObject({ isGood: true });
  });

  it('of this machine finds a server that listens on IPv6 only', async () => {
    const port = await listen(createNetServer(), { port: 0, host: '::1' });
    expect(await result({ kind: 'tcp', host: 'localhost', port })).toMatchObject({ isGood: true });
  });

  it('of a socket succeeds with a connection', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'probes-'));
    closed.push(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'socket');
    expect(await result({ kind: 'unix', path })).toMatchObject({ isGood: false, answer: 'no such file or directory' });
    await listen(createNetServer(), { path });
    expect(await result({ kind: 'unix', path })).toMatchObject({ isGood: true });
  });

  it('of nobody says so', async () => {
    const port = await raw(() => {});
    closed.pop()?.();
    await eventually('nobody listens', async () => !(await result({ kind: 'tcp', host: '127.0.0.1', port })).isGood);
    const { isGood, answer } = await result({ kind: 'tcp', host: 'localhost', port });
    expect([isGood, answer]).toEqual([false, 'connection refused']);
  });

  it('asks for the path, by the name that the URL has', async () => {
    const asked: unknown[] = [];
    const port = await web((request, response) => {
      asked.push([request.method, request.url, request.headers.host, request.headers.connection]);
      response.end('fine');
    });
    const target = http(port, { path: '/healthz?deep=1', authority: 'web.example' });
    expect(await result(target)).toMatchObject({ isGood: true, answer: 'HTTP 200' });
    expect(asked).toEqual([['GET', '/healthz?deep=1', 'web.example', 'close']]);
  });

  it.each([
    [503, 'HTTP 503'],
    [301, 'HTTP 301, a redirection, which is not followed'],
    [199 + 101, 'HTTP 300, a redirection, which is not followed'],
  ])('takes %i for bad', async (status, answer) => {
    const port = await web((_request, response) => {
      response.writeHead(status, { location: '/elsewhere' });
      response.end();
    });
    expect(await result(http(port))).toMatchObject({ isGood: false, answer });
    expect(await result(http(port, { lowest: status, highest: status }))).toMatchObject({ isGood: true });
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ['closes', (socket) => socket.end(), 'closed without an answer'],
    ['resets', (socket) => socket.resetAndDestroy(), 'connection reset by peer'],
    [
      'speaks TLS',
      (socket) => socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 10])),
      'the server speaks TLS, which is not spoken here',
    ],
    ['speaks something else', (socket) => socket.write('220 mail\r\n'), 'no HTTP: `220 mail`'],
    ['speaks binary', (socket) => socket.write(Buffer.from([1, 2, 3, 10])), 'no HTTP: `???`'],
    ['begins and ends', (socket) => socket.end('HTTP/1.1 20'), 'no HTTP: `HTTP/1.1 20`'],
    [
      'never comes to a status',
      (socket) => socket.write(`HTTP/1.1 100 Continue\r\n${'a'.repeat(MAX_ANSWER_BYTES)}`),
      `no status within ${MAX_ANSWER_BYTES} bytes`,
    ],
  ])('of a server that %s says so', async (_what, say, answer) => {
    expect(await result(http(await raw(say)))).toMatchObject({ isGood: false, answer });
  });

  it('reads the status behind interim answers, piece by piece', async () => {
    const port = await raw((socket) => {
      const text = 'HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n';
      let at = 0;
      const timer = setInterval(
        () => (at < text.length ? socket.write(text[at++] as string) : clearInterval(timer)),
        1,
      );
    });
    expect(await result(http(port))).toMatchObject({ isGood: true, answer: 'HTTP 204' });
  });

  it('reads no more of an answer without an end than it needs', async () => {
    let sent = 0;
    const port = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      socket.on('drain', more);
      more();
    });
    expect(await result(http(port))).toMatchObject({ isGood: true });
    await eventually('the server is hung up on', () => sent < 64 * 1024 * 1024);
  });

  it('of a server that hangs ends with its time, and tells how far it came', async () => {
    const port = await raw(() => {});
    const { isGood, answer } = await result(http(port), { timeoutMs: 50 });
    expect([isGood, answer]).toEqual([false, 'timed out after 0.05 seconds: connected, but no answer']);
  });

  it('of a name that does not exist says so', async () => {
    const { answer } = await result({ kind: 'tcp', host: 'nobody.invalid', port: 80 }, { timeoutMs: 20_000 });
    expect(answer).toContain('nobody.invalid does not resolve');
  });
});

/** A prober whose tries end when a test says so. */
class Played {
  readonly results: ProbeResult[] = [];
  readonly tries: { target: ArmedProbe['target']; done: (outcome: Outcome) => void; isCancelled: boolean }[] = [];
  readonly attempt = (target: ArmedProbe['target'], done: (outcome: Outcome) => void): Attempt => {
    const begun = { target, done, isCancelled: false };
    this.tries.push(begun);
    return {
      stage: () => 'no connection',
      cancel: () => {
        begun.isCancelled = true;
      },
    };
  };
  readonly prober = new Prober((result) => this.results.push(result), this.attempt);
}

const PORT: ProbeTarget = { kind: 'tcp', host: '127.0.0.1', port: 1 };
const REFUSED = { isGood: false, answer: 'connection refused' };
const GOOD = { isGood: true, answer: 'connected' };

describe('the prober', () => {
  it('tries until it succeeds, and reports each answer that is not the one before', async () => {
    const played = new Played();
    const HTTP = { isGood: false, answer: 'HTTP 503' };
    played.prober.arm(armed(PORT));
    for (const [at, outcome] of [REFUSED, REFUSED, HTTP, REFUSED, GOOD].entries()) {
      await eventually('it tries', () => played.tries.length === at + 1);
      played.tries.at(-1)?.done(outcome);
    }
    expect(played.results.map(({ answer }) => answer)).toEqual([
      'connection refused',
      'HTTP 503',
      'connection refused',
      'connected',
    ]);
    expect(played.tries.every(({ isCancelled }) => isCancelled)).toBe(true);
  });

  it('makes so many tries at once, and no more', () => {
    const played = new Played();
    const probes = Array.from({ length: 10_000 }, () => armed(PORT));
    for (const probe of probes) played.prober.arm(probe);
    expect(played.tries).toHaveLength(MAX_AT_ONCE);
    played.tries[3]?.done(GOOD);
    expect(played.tries).toHaveLength(MAX_AT_ONCE + 1);
    for (const { id } of probes) played.prober.drop(id);
    const open = played.tries.filter(({ isCancelled }) => !isCancelled);
    expect([open, played.results.length]).toEqual([[], 1]);
  });

  it('ignores what comes of a try that is over', async () => {
    const played = new Played();
    const probe = armed(PORT, { timeoutMs: 5, intervalMs: 60_000 });
    played.prober.arm(probe);
    await eventually('the time of the try is over', () => played.results.length === 1);
    expect(played.results[0]?.answer).toBe('timed out after 0.005 seconds: no connection');
    played.tries[0]?.done(GOOD);
    expect(played.results).toHaveLength(1);
    played.prober.drop(probe.id);
    played.tries[0]?.done(GOOD);
    expect(played.results).toHaveLength(1);
  });
});

describe('look-ups', () => {
  it('are few at once, and one for each name', () => {
    const asked: {
      name: string;
      found: (error: Error | null, addresses: { address: string; family: number }[]) => void;
    }[] = [];
    const lookUps = new LookUps((name, found) => asked.push({ name, found }));
    const found: string[] = [];
    for (const name of ['a', 'b', 'a', 'c'])
      lookUps.lookUp(name, (_error, [first]) => found.push(`${name} ${first?.address}`));
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(MAX_LOOK_UPS).toBe(2);
    asked[0]?.found(null, [{ address: '10.0.0.1', family: 4 }]);
    expect(found).toEqual(['a 10.0.0.1', 'a 10.0.0.1']);
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('that nobody wants any more are not made, and leave nothing behind', () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const lookUps = new LookUps((name, found) => {
      asked.push(name);
      answers.push(() => found(null, [{ address: '10.0.0.1', family: 4 }]));
    });
    const found: string[] = [];
    const want = (name: string): (() => void) => lookUps.lookUp(name, () => found.push(name));
    const cancelled = ['hangs', 'too', 'queued', 'queued'].map(want);
    want('kept');
    for (const cancel of cancelled) cancel();
    answers[0]?.();
    expect([asked, found]).toEqual([['hangs', 'too', 'kept'], []]);
    want('too');
    answers[1]?.();
    answers[2]?.();
    expect([asked, found]).toEqual([
      ['hangs', 'too', 'kept'],
      ['too', 'kept'],
    ]);
  });

  it('are not needed for this machine', () => {
    const found: string[] = [];
    new LookUps(() => expect.fail('it asks')).lookUp('LOCALHOST', (_error, addresses) =>
      found.push(...addresses.map(({ address }) => address)),
    );
    expect(found).toEqual(['127.0.0.1', '::1']);
  });
});

describe('the probes of the engine', () => {
  const load = (played: Played) => async () =>
    ({
      Prober: class {
        readonly #prober: Prober;
        constructor(report: (result: ProbeResult) => void) {
          this.#prober = new Prober(report, played.attempt);
        }
        arm = (probe: ArmedProbe) => this.#prober.arm(probe);
        drop = (id: number) => this.#prober.drop(id);
      },
    }) as never;

  it('are tried again after they have succeeded, if the state of the engine is rolled back', async () => {
    const played = new Played();
    const results: ProbeResult[] = [];
    const probes = new Probes((result) => results.push(result), load(played));
    const probe = armed(PORT);
    probes.take({ type: 'probe', probe });
    await eventually('it tries', () => played.tries.length === 1);
    played.tries[0]?.done(GOOD);
    expect(results).toHaveLength(1);
    probes.keep([probe]);
    expect(played.tries).toHaveLength(2);
    probes.close();
  });

  it('are tried once the prober is loaded, except those that were dropped before', async () => {
    const played = new Played();
    const probes = new Probes(() => {}, load(played));
    const [kept, dropped] = [armed(PORT), armed({ ...PORT, port: 2 })];
    probes.take({ type: 'probe', probe: kept });
    probes.take({ type: 'probe', probe: dropped });
    probes.take({ type: 'probe-off', id: dropped.id });
    await eventually('it tries', () => played.tries.length > 0);
    expect(played.tries.map(({ target }) => target)).toEqual([PORT]);
    probes.keep([kept]);
    expect(played.tries).toHaveLength(1);
    probes.keep([dropped]);
    expect(played.tries.map(({ isCancelled }) => isCancelled)).toEqual([true, false]);
    probes.close();
    expect(played.tries.map(({ isCancelled }) => isCancelled)).toEqual([true, true]);
  });

  it('fail with the reason where the prober cannot be loaded', async () => {
    const results: ProbeResult[] = [];
    const probes = new Probes(
      (result) => results.push(result),
      () => Promise.reject(new Error('another version')),
    );
    probes.take({ type: 'probe', probe: armed(PORT) });
    await eventually('there is a result', () => results.length > 0);
    expect(results[0]).toMatchObject({ isGood: false, answer: 'another version' });
  });
});
