import { parseJob } from '@upstart/job-language';
import type { SourceReport } from '@upstart/protocol';
import { expect, test } from 'vitest';
import { DISMISSED_PAUSE_MS, FIRST_PAUSE_MS, LAST_PAUSE_MS } from '../on-demand/program-keeper.ts';
import { needsOf } from './needs.ts';
import { SourceKeeper } from './source-keeper.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class World {
  readonly jobs = new Map<string, string>();
  /** What was started and ended. */
  readonly done: string[] = [];
  readonly warnings: string[] = [];
  readonly timers: { delayMs: number; due: () => void }[] = [];
  readonly keeper: SourceKeeper;
  nowMs = 0;
  answersFleet = false;
  clusterConf = '';
  isGoingDown = false;
  #ended: (how: string | null) => void = () => {};

  constructor({ isOn = true, graceMs = 0 } = {}) {
    this.keeper = new SourceKeeper({
      ...{ isOn, graceMs, version: '2', left: new Set(['local', 'event']) },
      needs: () =>
        needsOf(
          [...this.jobs].map(([name, text]) => parseJob(text, { name, path: `/etc/init/${name}.conf` })),
          new Set(this.answersFleet ? ['cluster'] : []),
        ),
      clusterConf: () => this.clusterConf,
      start: (sources, ended) => {
        this.done.push(`start ${sources.join(' ')}`);
        this.#ended = ended;
        return { end: () => void this.done.push('end') };
      },
      isGoingDown: () => this.isGoingDown,
      end: (pid) => void this.done.push(`end ${pid}`),
      warn: (text) => void this.warnings.push(text),
      nowMs: () => this.nowMs,
      after: (delayMs, due) => {
        const timer = { delayMs, due };
        this.timers.push(timer);
        return () => void this.timers.splice(this.timers.indexOf(timer), 1);
      },
    });
  }

  /** A job is there from now on; null: no more. */
  async job(name: string, text: string | null): Promise<void> {
    if (text === null) this.jobs.delete(name);
    else this.jobs.set(name, text);
    this.keeper.changed();
    await turn();
  }

  async ends(how: string | null): Promise<void> {
    this.#ended(how);
    await turn();
  }

  /** Lets the next timer be due. The value: how long it was. */
  async wait(): Promise<number | undefined> {
    const timer = this.timers.shift();
    timer?.due();
    await turn();
    return timer?.delayMs;
  }

  /** A bridge connects. The value: whether it may stay, and what ends its connection. */
  async registers(names: string, { managed = true, version = '2', pid = 7 } = {}): Promise<[boolean, () => void]> {
    let close = (): void => {};
    const sources = names.split(' ').map((name): SourceReport => ({ name, state: 'running', reason: null }));
    const stays = this.keeper.register({ managed, version, pid, sources }, (done) => {
      close = done;
    });
    await turn();
    return [stays, close];
  }
}

const ON_FILE = 'start on file FILE=/x\n';
const ALL = 'cluster dbus file socket timer udev';

test('a bridge runs from the first job that names a source', async () => {
  const world = new World();
  world.keeper.begin();
  await world.job('plain', 'start on startup\n');
  expect(world.done).toEqual([]);
  expect(world.keeper.status()).toEqual([]);
  await world.job('web', ON_FILE);
  await world.job('other', 'start on net-device-added\n');
  expect(world.done).toEqual([`start ${ALL}`]);
  expect(world.keeper.status()).toEqual([
    { name: 'file', state: 'starting', reason: null, provider: 'init', jobs: ['web'] },
    { name: 'udev', state: 'starting', reason: null, provider: 'init', jobs: ['other'] },
  ]);
});

test('none runs with --no-sources, or for sources that are not for this init', async () => {
  const off = new World({ isOn: false });
  off.keeper.begin();
  await off.job('web', ON_FILE);
  const system = new World();
  await system.job('web', 'start on :sys:foo\n');
  const reasons = [
    [off, 'init was started with --no-sources'],
    [system, 'it is for sessions'],
  ] as const;
  for (const [world, reason] of reasons) {
    expect(world.done).toEqual([]);
    expect(world.keeper.status()).toMatchObject([{ state: 'off', reason, provider: null, jobs: ['web'] }]);
  }
});

test('a job of the old name runs its source, and init runs the others', async () => {
  const world = new World();
  await world.job('upstart-file-bridge', 'exec upstart-file-bridge --daemon\n');
  await world.job('web', ON_FILE);
  expect(world.done).toEqual([]);
  expect(world.keeper.status()).toMatchObject([{ name: 'file', state: 'off', provider: 'upstart-file-bridge' }]);
  await world.job('clock', 'start on timer EVERY=5m\n');
  expect(world.done).toEqual(['start cluster dbus socket timer udev']);
  await world.registers('cluster dbus socket timer udev');
  await world.job('upstart-file-bridge', null);
  expect(world.done).toEqual(['start cluster dbus socket timer udev', 'end 7']);
});

test('a program that somebody has started is the source', async () => {
  const world = new World();
  const [stays, close] = await world.registers('file', { managed: false });
  await world.job('web', ON_FILE);
  expect([stays, world.done]).toEqual([true, []]);
  expect(world.keeper.status()).toMatchObject([{ name: 'file', state: 'running', provider: 'client' }]);
  close();
  await turn();
  expect(world.done).toEqual([`start ${ALL}`]);
});

test('the next daemon waits for the bridge from before, and starts one if none comes', async () => {
  for (const comes of [true, false]) {
    const world = new World({ graceMs: 2000 });
    world.jobs.set('web', ON_FILE);
    world.keeper.begin();
    if (comes) await world.registers(ALL);
    expect(world.done).toEqual([]);
    expect(await world.wait()).toBe(2000);
    expect(world.done).toEqual(comes ? [] : [`start ${ALL}`]);
  }
});

test('a bridge that registers again and again has one registration, which ends with its connection', async () => {
  const world = new World();
  await world.job('web', ON_FILE);
  const ends: (() => void)[] = [];
  const closed = (done: () => void): void => void ends.push(done);
  for (let pid = 7; pid < 9; pid++)
    for (const state of ['starting', 'running', 'running'] as const) {
      const sources = [{ name: 'file', state, reason: null }] as SourceReport[];
      world.keeper.register({ managed: true, version: '2', pid, sources }, closed);
    }
  expect(world.keeper.status().map(({ state }) => state)).toEqual(['running']);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  expect(world.keeper.status().map(({ state }) => state)).not.toContain('running');
});

test('a bridge of another version is asked to end', async () => {
  const world = new World();
  expect((await world.registers(ALL, { version: '1' }))[0]).toBe(false);
});

test('one that crashes is started again, more and more seldom, and said once', async () => {
  const world = new World();
  await world.job('web', ON_FILE);
  const pauses: (number | undefined)[] = [];
  for (let i = 0; i < 9; i++) {
    await world.ends('ended with SIGSEGV');
    pauses.push(await world.wait());
  }
  expect(pauses.slice(0, 3)).toEqual([FIRST_PAUSE_MS, FIRST_PAUSE_MS * 2, FIRST_PAUSE_MS * 4]);
  expect(pauses.at(-1)).toBe(LAST_PAUSE_MS);
  expect(world.done).toHaveLength(10);
  expect(world.warnings).toEqual([`upstart-bridge (${ALL}) ended with SIGSEGV; it is started again`]);
  expect(world.keeper.status()).toMatchObject([{ state: 'failed', reason: 'ended with SIGSEGV' }]);
  // Having run for a while it may end again at once.
  world.nowMs += 10 * LAST_PAUSE_MS;
  await world.ends('ended with status 1');
  expect(await world.wait()).toBe(FIRST_PAUSE_MS);
});

test('one that has ended in order is started again when it is needed', async () => {
  const world = new World();
  await world.job('web', ON_FILE);
  const [, close] = await world.registers(ALL);
  await world.job('web', null);
  close();
  await world.ends(null);
  expect([world.done, world.timers]).toEqual([[`start ${ALL}`], []]);
  await world.job('web', ON_FILE);
  expect(world.done).toHaveLength(2);
  world.keeper.close();
  expect(world.done.at(-1)).toBe('end');
});

test('a bridge that somebody else has ended stays away while processes are ended at a shutdown', async () => {
  const world = new World();
  world.keeper.begin();
  await world.job('one', ON_FILE);
  const [, close] = await world.registers(ALL);
  close();
  await world.ends(null);
  expect(world.done).toEqual([`start ${ALL}`]);
  expect(await world.wait()).toBe(DISMISSED_PAUSE_MS);
  expect(world.done).toEqual([`start ${ALL}`, `start ${ALL}`]);
  await world.job('one', null);
  await world.ends(null);
  expect(world.timers).toEqual([]);
});

test('none is started while the machine goes down, whenever it would be due', async () => {
  const world = new World({ graceMs: 2000 });
  world.jobs.set('web', ON_FILE);
  world.keeper.begin();
  const [, close] = await world.registers(ALL);
  world.isGoingDown = true;
  expect(await world.wait()).toBe(2000);
  close();
  await turn();
  await world.job('other', 'start on net-device-added\n');
  expect(world.done).toEqual([]);
  world.isGoingDown = false;
  expect(await world.wait()).toBe(DISMISSED_PAUSE_MS);
  expect(world.done).toEqual([`start ${ALL}`]);
});

test('at the end bridges are asked to end, of this daemon or of one before, and those in a cluster are named', async () => {
  const world = new World();
  await world.job('db', 'cluster one\nexec x\n');
  await world.registers(ALL, { pid: 7 });
  expect([world.keeper.close(), world.done]).toEqual([[7], [`start ${ALL}`, 'end']]);
  const next = new World({ graceMs: 2000 });
  next.jobs.set('db', 'cluster one\nexec x\n');
  next.keeper.begin();
  await next.registers('cluster file', { pid: 8 });
  expect([next.keeper.close(), next.done]).toEqual([[8], ['end 8']]);
  const other = new World();
  await other.job('web', ON_FILE);
  await other.registers('file');
  expect([other.keeper.close(), other.done]).toEqual([[], [`start ${ALL}`, 'end']]);
});

test('a host that answers to others has a bridge without a job, and another one when cluster.conf changes', async () => {
  const world = new World();
  world.keeper.begin();
  world.answersFleet = true;
  world.clusterConf = 'one';
  await world.job('plain', 'exec x\n');
  expect(world.done).toEqual([`start ${ALL}`]);
  expect(world.keeper.status()).toMatchObject([{ name: 'cluster', state: 'starting', provider: 'init', jobs: [] }]);
  const [, close] = await world.registers(ALL);
  await world.job('plain', 'exec y\n');
  expect(world.done).toHaveLength(1);
  world.clusterConf = 'two';
  await world.job('plain', null);
  close();
  await world.ends(null);
  expect(world.done).toEqual([`start ${ALL}`, 'end 7', `start ${ALL}`]);
});
