import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FleetError } from './asker.ts';
import { ABANDONED_MS, ALIVE_MS, FIRST_WORD_MS, MAX_STREAMS, SILENT_MS, WINDOW } from './limits.ts';
import { turn, World } from './testing/world.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an asker', () => {
  it('learns at once that nobody is there, and waits for a silent host no longer than it says that it is alive', async () => {
    const world = new World();
    world.init.isSlow = true;
    await expect(world.asker.ask({ host: 'web2', access: 'read', method: 'list', params: {} })).rejects.toThrow(
      'it is off',
    );
    const asked = world.ask('list', 1);
    await vi.advanceTimersByTimeAsync(10 * SILENT_MS);
    world.bus.isLost = (subject) => subject.startsWith('upstart.main.replies.');
    await vi.advanceTimersByTimeAsync(SILENT_MS);
    expect(await asked).toContain('it has fallen silent');
    const second = world.ask('list', 1);
    await vi.advanceTimersByTimeAsync(FIRST_WORD_MS);
    expect(await second).toBe('none: no word of it within 5 seconds');
  });

  it('waits no longer than it has to', async () => {
    const world = new World();
    world.init.isSlow = true;
    const asked = world.asker.ask({
      host: 'web1',
      access: 'read',
      method: 'list',
      params: {},
      timeoutMs: 2 * ALIVE_MS,
    });
    const outcome = asked.catch((error: Error) => error);
    await vi.advanceTimersByTimeAsync(2 * ALIVE_MS);
    expect(await outcome).toEqual(new FleetError('web1', 'no answer within 10 seconds'));
  });

  it('believes no host that answers for another, or what is no answer', async () => {
    const world = new World();
    world.init.isSlow = true;
    const asked = world.ask('list', 1);
    const { subject, data } = world.bus.published[0] as (typeof world.bus.published)[0];
    expect(subject).toBe('upstart.main.fleet.web1.admin.read.list');
    const { id } = JSON.parse(data.toString()) as { id: string };
    world.bus.nats.publish(`upstart.main.replies.admin.evil.${id}`, '="forged"');
    world.bus.nats.publish(`upstart.main.replies.admin.web1.${id}`, 'nonsense');
    expect(await asked).toBe('none: what it sends is no reply');
  });
});

describe('a stream', () => {
  it('comes in order, and ends when its asker wants no more', async () => {
    const world = new World();
    const { items, outcome, stop } = world.follow();
    await turn();
    for (let n = 0; n < 3000; n++) world.init.sink?.item(n);
    expect(items).toEqual(Array.from({ length: 3000 }, (_, n) => n));
    stop();
    expect([await outcome, world.init.stops]).toEqual(['ended', 1]);
  });

  it('drops what a slow asker has no place for, and says how much', async () => {
    const world = new World();
    const { items } = world.follow();
    await turn();
    world.bus.isLost = (subject) => subject.endsWith('.continue');
    const taken = Array.from({ length: WINDOW + 7 }, (_, n) => world.init.sink?.item(n));
    expect(taken.filter((takes) => takes === true)).toHaveLength(WINDOW - 1);
    expect(items).toHaveLength(WINDOW);
    world.bus.isLost = () => false;
    await vi.advanceTimersByTimeAsync(ALIVE_MS);
    world.init.sink?.item('more');
    expect([items.slice(WINDOW), world.init.drains]).toEqual([['7 dropped', 'more'], 1]);
  });

  it('that cannot be read fails alone', async () => {
    const world = new World();
    const question = { host: 'web1', access: 'read', method: 'watch', params: {} } as const;
    const item = (value: unknown): void => void (value as { text: string }).text.length;
    const { ended } = world.asker.follow(question, { item, dropped() {} });
    const outcome = ended.catch((error: Error) => error.message);
    await turn();
    world.init.sink?.item({ text: 'a' });
    world.init.sink?.item(null);
    expect(await outcome).toContain('what it sends cannot be read');
    expect(await world.ask('list', 1)).toBe(1);
  });

  it('ends where its asker has gone', async () => {
    const world = new World();
    world.follow();
    await turn();
    await vi.advanceTimersByTimeAsync(4 * ABANDONED_MS);
    expect(world.init.stops).toBe(0);
    world.bus.isLost = (subject) => subject.endsWith('.continue');
    await vi.advanceTimersByTimeAsync(ABANDONED_MS + 2 * ALIVE_MS);
    expect(world.init.stops).toBe(1);
  });

  it('is one of a few', async () => {
    const world = new World();
    for (let n = 0; n < MAX_STREAMS; n++) world.follow(world.askerOf(`h${n % 2}`));
    await turn();
    const { outcome } = world.follow();
    expect(await outcome).toBe(`${MAX_STREAMS} streams are under way`);
    world.init.sink?.end(new Error('init has gone'));
    await turn();
    const { items } = world.follow();
    await turn();
    world.init.sink?.item(1);
    expect(items).toEqual([1]);
  });
});
