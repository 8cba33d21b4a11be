/** Guards and routes, without a server: requests go straight to the application. */
import { Readable } from 'node:stream';
import { upstartError } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { makeGateway } from '../gateway.ts';
import { MAX_BODY_BYTES } from '../limits.ts';
import { ToolQueue } from '../live/tool-queue.ts';
import { ROUTES } from '../routes/all.ts';
import { Answer } from './answer.ts';
import { makeApp } from './app.ts';
import { type Door, SAFE_HEADERS } from './guards.ts';
import { Streams } from './sse.ts';

const TOKEN = 'a'.repeat(43);
const OPEN: Door = { hosts: ['gateway.example'], token: null, cookie: 'upstart-1' };
const LOCKED: Door = { ...OPEN, token: TOKEN };

interface Made {
  readonly door?: Door;
  readonly isReadOnly?: boolean;
  readonly answers?: Record<string, (params: never) => unknown>;
}

function made({ door = OPEN, isReadOnly = false, answers = {} }: Made = {}) {
  const calls: [string, unknown][] = [];
  const client = {
    call: async (method: string, params: never) => {
      calls.push([method, params]);
      return (answers[method] ?? (() => []))(params);
    },
    watch: async () => {},
    close() {},
  } as never;
  const gateway = makeGateway({
    ...{ connect: async () => client, streams: new Streams(), tools: new ToolQueue(), inits: () => [] },
    ...{
      stateFolder: '/nonexistent',
      place: { env: { UPSTART_CLUSTER_CONF: '/nonexistent' }, isSession: true },
      isReadOnly,
      version: '1',
    },
  });
  const page = (path: string): Answer | null => (path === '/' ? new Answer('page') : null);
  const app = makeApp({ gateway, other: (name) => (name === '7' ? gateway : null), routes: ROUTES, door, page });
  const ask = (target: string, { headers = {}, method = 'GET', body = '' }: Sent = {}) =>
    app({
      ...{ method, target, headers: { host: 'localhost:8080', ...headers } },
      body: Readable.from(body === '' ? [] : [Buffer.from(body)]),
    });
  return { ask, calls };
}

interface Sent {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: object;
}

const json = async (answer: Answer | Promise<Answer>) => JSON.parse((await answer).body as string);
const POST = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
const code = async (answer: Answer | Promise<Answer>) => ((await json(answer)) as { code: string }).code;

describe('the host', () => {
  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:8080', '[::1]:8080', '10.0.0.1', 'gateway.example:8080'])(
    '%s is ours',
    async (host) => {
      expect((await made().ask('/api/v1/jobs', { headers: { host } })).status).toBe(200);
    },
  );

  it.each(['evil.example', 'localhost.evil.example', 'gateway.example.evil:80', '', 'a b', '127.0.0.1.nip.io'])(
    '%s is not',
    async (host) => {
      const { ask, calls } = made();
      const response = await ask('/api/v1/jobs', { headers: { host } });
      expect(response.status).toBe(421);
      expect(await code(response)).toBe('wrong-host');
      expect(calls).toEqual([]);
    },
  );
});

describe('another init', () => {
  it('has its page and its API below its name, with the same guards', async () => {
    const { ask, calls } = made();
    expect((await ask('/init/7/')).body).toBe('page');
    expect((await ask('/init/7/api/v1/jobs')).status).toBe(200);
    expect(calls.length).toBeGreaterThan(0);
    for (const path of ['/init/8/', '/init/8/api/v1/jobs', '/init/7', '/init/7/api/v1/nothing'])
      expect((await ask(path)).status, path).toBe(404);
    const headers = { origin: 'http://evil.example' };
    expect((await ask('/init/7/api/v1/jobs', { headers })).status).toBe(403);
    expect(
      (await ask('/init/7/api/v1/jobs', { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' } }))
        .status,
    ).toBe(403);
    expect((await made({ door: LOCKED }).ask('/init/7/')).status).toBe(401);
    const start = await made({ isReadOnly: true }).ask('/init/7/api/v1/jobs/web/start', POST);
    expect(await code(start)).toBe('read-only');
  });
});

describe('other sites', () => {
  it.each([
    { origin: 'http://evil.example' },
    { origin: 'http://localhost:9999' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' },
  ])('%s changes nothing and reads nothing', async (headers) => {
    const { ask, calls } = made();
    const start = await ask('/api/v1/jobs/web/start', { ...POST, headers: { ...POST.headers, ...headers } });
    expect(start.status).toBe(403);
    expect(await code(start)).toBe('cross-site');
    expect((await ask('/api/v1/jobs', { headers })).status).toBe(403);
    expect(calls).toEqual([]);
  });

  it('a link of theirs may lead to the page', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await made().ask('/', { headers })).status).toBe(200);
  });

  it('a form cannot change anything', async () => {
    const { ask, calls } = made();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=a']) {
      const response = await ask('/api/v1/jobs/web/start', { ...POST, headers: { 'content-type': type } });
      expect([response.status, await code(response)]).toEqual([415, 'not-json']);
    }
    expect(calls).toEqual([]);
  });

  it('gets no CORS headers', async () => {
    const { headers } = await made().ask('/api/v1/jobs', { headers: { origin: 'http://localhost:8080' } });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('the token', () => {
  it('is needed for everything', async () => {
    const { ask, calls } = made({ door: LOCKED });
    const wrong = [{}, { authorization: 'Bearer b' }, { authorization: TOKEN }, { cookie: `upstart-1=${TOKEN}` }];
    for (const headers of wrong)
      for (const path of ['/', '/api/v1/jobs', '/api/v1/openapi.json', '/nothing'])
        expect((await ask(path, { headers })).status).toBe(401);
    expect((await ask(`/?token=${TOKEN}x`)).status).toBe(401);
    expect((await ask(`/api/v1/jobs?token=${TOKEN}`)).status).toBe(401);
    expect(calls).toEqual([]);
  });

  it('becomes a cookie that scripts cannot read, and leaves the URL', async () => {
    const { ask } = made({ door: LOCKED });
    const first = await ask(`/?token=${TOKEN}`);
    expect([first.status, first.headers.location]).toEqual([303, '/']);
    const cookie = first.headers['set-cookie'] ?? '';
    expect(cookie).toMatch(/^upstart-1=[\w-]+; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(TOKEN);
    expect((await ask('/', { headers: { cookie: `other=1; ${cookie.split(';')[0]}` } })).status).toBe(200);
  });

  it('goes in a header, too', async () => {
    expect((await made({ door: LOCKED }).ask('/', { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
  });
});

describe('requests', () => {
  it('have bodies up to a bound', async () => {
    const { ask } = made();
    const body = (length: number) => JSON.stringify({ name: 'x'.repeat(length - '{"name":""}'.length) });
    const post = (length: number) => ask('/api/v1/events', { ...POST, body: body(length) });
    expect((await post(MAX_BODY_BYTES)).status).toBe(200);
    expect(await code(post(MAX_BODY_BYTES + 1))).toBe('body-too-large');
  });

  it.each([
    ['/api/v1/events', '{"name":1}', 'body.name must be a string'],
    ['/api/v1/events', '{"name":""}', 'body.name must be a string that is not empty'],
    ['/api/v1/events', '{"name":"a","env":"b"}', 'body.env must be a list of at most 256'],
    ['/api/v1/events', '{"name":"a\\u0000"}', 'body.name must be without NUL characters'],
    ['/api/v1/events', '[]', 'body must be a map'],
    ['/api/v1/jobs/web/start', '{"force":true}', 'body has no field force'],
    ['/api/v1/jobs/web/stop', '{"wait":1}', 'body.wait must be true or false'],
    [
      '/api/v1/simulate',
      '{"actions":[{"type":"boot"}]}',
      'body.actions[0].type must be one of emit, start, stop, restart',
    ],
  ])('%s refuses %s', async (path, body, title) => {
    const { ask, calls } = made();
    const response = await ask(path, { ...POST, body });
    expect(await json(response)).toMatchObject({ status: 400, code: 'bad-request', title });
    expect(calls).toEqual([]);
  });

  it('pass the protocol what they say', async () => {
    const { ask, calls } = made({ answers: { status: ({ job }: { job: string }) => ({ job, instances: [] }) } });
    const path = '/api/v1/jobs/a%2Fb%20c%FF';
    await ask(`${path}/stop`, { ...POST, body: '{"env":["A=1"],"force":true,"wait":false}' });
    expect(calls[0]).toEqual(['stop', { job: 'a/b c\udcff', env: ['A=1'], wait: false, force: true }]);
  });

  it('get the errors of the protocol as problems', async () => {
    const answers = {
      explain: ({ job }: { job: string }) => {
        throw upstartError('unknown-job', job);
      },
    };
    const response = await made({ answers }).ask('/api/v1/jobs/x/explain');
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(await json(response)).toEqual({
      ...{ type: 'urn:upstart:unknown-job', code: 'unknown-job', status: 404, title: 'Unknown job: x' },
    });
  });

  it('without a route are not found, whatever their method', async () => {
    const { ask } = made();
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'TRACE-ME'])
      expect(await code(ask('/api/v1/nothing', { method }))).toBe('not-found');
    expect(await code(ask('/api/v1/jobs', { method: 'DELETE' }))).toBe('not-found');
    for (const path of ['/../../etc/passwd', '/..%2f..%2fetc%2fpasswd', '/dashboard.cjs', '/%00', '/constructor'])
      expect(await code(ask(path))).toBe('not-found');
  });

  it('change nothing where that is not allowed', async () => {
    const { ask, calls } = made({ isReadOnly: true });
    const changes = ROUTES.filter(({ isChange }) => isChange);
    expect(changes).toHaveLength(5);
    for (const { path } of changes)
      expect(await code(ask(`/api/v1${path.replaceAll(/\{\w+\}/g, 'x')}`, POST))).toBe('read-only');
    expect(calls).toEqual([]);
  });
});

it('takes the whole URL of a proxy, of a name twice the first value, and HEAD as GET', async () => {
  const { ask, calls } = made({ answers: { history: () => ({ entries: [], upTo: 0 }) } });
  expect((await ask('http://localhost:8080/api/v1/history?limit=3&limit=4')).status).toBe(200);
  expect(calls[0]).toEqual(['history', { job: null, after: null, sinceMs: 0, limit: 3 }]);
  expect((await ask('/', { method: 'HEAD' })).status).toBe(200);
  expect(await code(ask('/api/v1/jobs//explain'))).toBe('not-found');
  expect(await code(ask('/', { method: 'POST' }))).toBe('not-found');
});

it('every answer has the headers that keep a page to itself', async () => {
  const { ask } = made();
  for (const path of ['/', '/api/v1/jobs', '/api/v1/nothing', '/nothing']) {
    const { headers } = await ask(path);
    for (const [name, value] of Object.entries(SAFE_HEADERS)) expect(headers[name]).toBe(value);
  }
  expect(SAFE_HEADERS['content-security-policy']).not.toContain('unsafe');
});
