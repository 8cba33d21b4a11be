import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_REQUESTS, MAX_REQUESTS_OF_ONE } from './limits.ts';
import { MAX_REPLY_BYTES } from './reply.ts';
import { MAX_REQUEST_BYTES } from './request.ts';
import { turn, World } from './testing/world.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the agent', () => {
  it('asks init, on behalf of the sender', async () => {
    const world = new World();
    expect(await world.ask('list', { a: [1, null] })).toEqual({ a: [1, null] });
    expect(await world.ask('start', 'web', 'control')).toBe('web');
    expect(world.init.calls.map(({ method, by }) => `${method} ${by}`)).toEqual([
      'list cluster host admin (uid 1000)',
      'start cluster host admin (uid 1000)',
    ]);
    expect(await world.ask('list', 'fail')).toBe('init: it has failed');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does what its host allows, and nothing by a subject of another access', async () => {
    const [read, off] = [new World('read'), new World('off')];
    expect(await read.ask('list', 1)).toBe(1);
    const rejected = await read.ask('start', 1, 'control');
    expect(rejected).toBe('rejected: fleet read in cluster.conf of web1 does not allow it');
    expect(await off.ask('list', 1)).toBe('rejected: fleet off in cluster.conf of web1 does not allow it');
    expect(await read.ask('start', 1, 'read')).toBe('bad: start is asked for by control.start');
    expect(await read.ask('getEnv', 1)).toBe('bad: there is no getEnv to ask for');
    expect(await read.ask('toString', 1)).toBe('bad: there is no toString to ask for');
    expect([...read.init.calls, ...off.init.calls]).toHaveLength(1);
  });

  it('bounds the requests of one host, and of all', async () => {
    const world = new World();
    world.init.isSlow = true;
    const all: Promise<unknown>[] = [];
    const ask = (host: string) => world.ask('list', 1, 'read', world.askerOf(host));
    for (let host = 0; host < MAX_REQUESTS / MAX_REQUESTS_OF_ONE; host++) {
      for (let n = 0; n < MAX_REQUESTS_OF_ONE; n++) all.push(ask(`h${host}`));
      if (host === 0) expect(await ask('h0')).toBe(`busy: ${MAX_REQUESTS_OF_ONE} requests of h0 are under way`);
    }
    expect(await ask('other')).toBe(`busy: ${MAX_REQUESTS} requests are under way`);
    expect(world.init.calls).toHaveLength(MAX_REQUESTS);
    for (const answer of world.init.waiting) answer(2);
    expect(new Set(await Promise.all(all))).toEqual(new Set([2]));
    await turn();
    world.init.isSlow = false;
    expect(await ask('other')).toBe(1);
  });

  it('takes no second request of one id', async () => {
    const world = new World();
    world.init.isSlow = true;
    const body = JSON.stringify({ id: 'x', params: {}, uid: 0 });
    world.raw('read.list', body);
    world.raw('read.list', body);
    world.raw('read.list', body, 'other');
    expect(world.init.calls).toHaveLength(2);
    expect(world.bus.texts('upstart.main.replies.admin.web1.x').at(-1)).toContain('a request of this id is under way');
  });

  it('bounds requests and answers in size', async () => {
    const world = new World();
    const body = (length: number): string => {
      const empty = JSON.stringify({ id: 'x', params: '', uid: 0 });
      return JSON.stringify({ id: 'x', params: 'p'.repeat(length - empty.length), uid: 0 });
    };
    world.raw('read.list', body(MAX_REQUEST_BYTES));
    expect(world.init.calls).toHaveLength(1);
    world.raw('read.list', body(MAX_REQUEST_BYTES + 1), 'admin', 'upstart.main.replies.admin.web1.y');
    expect(world.bus.texts('upstart.main.replies.admin.web1.y')).toEqual([expect.stringContaining('longer than')]);
    expect(world.init.calls).toHaveLength(1);
    world.init.isSlow = true;
    const answer = async (length: number): Promise<unknown> => {
      const asked = world.ask('list', 1);
      await turn();
      world.init.waiting.pop()?.('p'.repeat(length));
      return await asked;
    };
    expect(await answer(MAX_REPLY_BYTES - 2)).toHaveLength(MAX_REPLY_BYTES - 2);
    expect(Math.max(...world.bus.published.map(({ data }) => data.length))).toBeLessThanOrEqual(131_073);
    expect(await answer(MAX_REPLY_BYTES - 1)).toBe(`large: its answer is longer than ${MAX_REPLY_BYTES} bytes`);
  });

  it('stands whatever it is sent, and speaks to nobody but the sender', () => {
    const token = fc.constantFrom(
      'admin',
      'read',
      'control',
      'list',
      'start',
      'watch',
      'cancel',
      'continue',
      'a b',
      '',
    );
    const part = fc.constantFrom('id', 'uid', 'params', 'received', '"', '{', '}', ':', ',', '1', 'x');
    const json = fc.record({ id: fc.anything(), uid: fc.anything(), params: fc.anything(), received: fc.anything() });
    const body = fc.oneof(
      fc.uint8Array(),
      fc.array(part).map((parts) => Buffer.from(parts.join(''))),
      json.map((value) =>
        Buffer.from(JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? 1 : inner)) ?? ''),
      ),
      fc.constantFrom('1', '"x"').map((id) => Buffer.from(`{"id":${id},"uid":0,"params":{},"received":3}`)),
    );
    const reply = fc.constantFrom(
      undefined,
      '$JS.API.STREAM.DELETE.x',
      'upstart.main.replies.admin.web1.q',
      '_INBOX.x',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(token, { maxLength: 5 }), body, reply), { maxLength: 30 }), (messages) => {
        const world = new World();
        for (const [tokens, data, to] of messages)
          world.bus.nats.publish(
            ['upstart.main.fleet.web1', ...tokens].join('.'),
            data,
            to === undefined ? {} : { reply: to },
          );
        const own = world.bus.published.filter(({ subject }) => !subject.startsWith('upstart.main.fleet.'));
        // What the servers say themselves has no data.
        for (const { subject, data } of own)
          if (data.length > 0) expect(subject).toMatch(/^upstart\.main\.replies\.[A-Za-z]+\.web1\.[A-Za-z0-9_-]+$/);
        world.agent.stop();
      }),
    );
  });
});
