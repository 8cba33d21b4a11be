import { describe, expect, it } from 'vitest';
import { LeaseKeeper } from './keeper.ts';
import type { LeaseStore } from './ports.ts';
import type { LeaseEntry } from './record.ts';
import { TTL_MS } from './testing/simulation.ts';
import { checkRuns, running, TAKEN_MS, worldOf } from './testing/worlds.ts';

describe('a lease', () => {
  it('is held by one host, and another has it soon after that one is dead', () => {
    const { world, hosts, run } = worldOf(1, 3);
    run(1000);
    const [first] = running(world.runs);
    expect(running(world.runs)).toHaveLength(1);
    run(10 * TTL_MS);
    expect(world.runs).toHaveLength(1);
    hosts.find(({ settings }) => settings.name === first?.host)?.killKeeper();
    run(TAKEN_MS);
    expect(running(world.runs)).toHaveLength(1);
    expect(world.runs[1]?.host).not.toBe(first?.host);
    checkRuns(world.runs, 1);
  });

  it('is held no longer than init answers, though the keeper is alive', () => {
    for (let seed = 1; seed < 20; seed++) {
      const { world, hosts, run } = worldOf(seed, 3);
      run(1000 + seed * 300);
      const holder = hosts.find(({ settings }) => settings.name === world.runs[0]?.host);
      holder?.setInitStopped(true);
      while (world.runs[0]?.toMs === null) run(10);
      run(TAKEN_MS);
      expect(running(world.runs)).toHaveLength(1);
      expect(world.runs[1]?.host).not.toBe(holder?.settings.name);
      holder?.setInitStopped(false);
      run(10 * TTL_MS);
      expect(world.runs).toHaveLength(2);
      checkRuns(world.runs, 1);
    }
  });

  it('outlasts a pause of init that is shorter than its time', () => {
    const { world, hosts, run } = worldOf(10, 3);
    run(1000);
    const holder = hosts.find(({ settings }) => settings.name === world.runs[0]?.host);
    for (let pause = 0; pause < 20; pause++) {
      holder?.setInitStopped(true);
      run(TTL_MS / 3);
      holder?.setInitStopped(false);
      run(TTL_MS / 2);
    }
    expect(world.runs).toHaveLength(1);
  });

  it('goes over within a second when it is handed over, and not back', () => {
    const { world, hosts, run } = worldOf(2, 3);
    run(1000);
    const holder = hosts.find(({ settings }) => settings.name === world.runs[0]?.host);
    holder?.keeper?.handOver('web', 'asked for');
    while (world.runs[0]?.toMs === null) run(10);
    run(1000);
    expect(running(world.runs).map(({ host }) => host)).not.toEqual([holder?.settings.name]);
    expect(running(world.runs)).toHaveLength(1);
    checkRuns(world.runs, 1);
  });

  it('comes back to the host that has handed it over if no other takes it', () => {
    const { world, hosts, run } = worldOf(3, 1);
    run(1000);
    hosts[0]?.keeper?.handOver('web', 'asked for');
    run(2 * TTL_MS + 1000);
    expect([world.runs.length, running(world.runs).length]).toEqual([2, 1]);
  });

  it('leaves a drained host, which takes none before that is over', () => {
    const { world, hosts, run } = worldOf(4, 2);
    run(1000);
    const drained = hosts.find(({ settings }) => settings.name === world.runs[0]?.host);
    const other = hosts.find((host) => host !== drained);
    drained?.keeper?.drain('an administrator');
    run(TTL_MS);
    expect(running(world.runs).map(({ host }) => host)).toEqual([other?.settings.name]);
    other?.killKeeper();
    run(3 * TTL_MS);
    expect(running(world.runs)).toEqual([]);
    drained?.keeper?.drain(null);
    run(1000);
    expect(running(world.runs)).toHaveLength(1);
  });

  it('goes to a preferred host first, and stays where it is', () => {
    for (let seed = 0; seed < 20; seed++) {
      const prefer = ['disk=ssd', 'host=h1'];
      const { world, hosts, run } = worldOf(seed, 4, (index) => ({
        prefer,
        labels: index === 3 ? { disk: 'ssd' } : { host: `h${index}` },
      }));
      run(1000);
      expect(running(world.runs).map(({ host }) => host)).toEqual(['h3']);
      hosts[3]?.keeper?.handOver('web', 'asked for');
      run(TTL_MS);
      expect(running(world.runs).map(({ host }) => host)).toEqual(['h1']);
      run(5 * TTL_MS);
      expect(world.runs).toHaveLength(2);
    }
  });

  it('survives the keeper: the next one continues with it', () => {
    const { world, hosts, run } = worldOf(5, 2);
    run(1000);
    const holder = hosts.find(({ settings }) => settings.name === world.runs[0]?.host);
    for (let i = 0; i < 5; i++) {
      holder?.killKeeper();
      run(200);
      holder?.startKeeper();
      run(TTL_MS);
    }
    expect(world.runs).toHaveLength(1);
  });

  it('is reported as held by another host, and by none when its own host has given it up without contact', () => {
    const { world, hosts, run } = worldOf(10, 2);
    run(1000);
    const name = world.runs[0]?.host;
    const [holder, other] = [...hosts].sort(({ settings }) => (settings.name === name ? -1 : 1));
    expect(other?.holder).toBe(name);
    for (const host of hosts) host.isCut = true;
    run(3 * TTL_MS);
    expect(running(world.runs)).toEqual([]);
    expect([holder?.holder, other?.holder]).toEqual([null, name]);
  });

  it('is given back at once when the job stops', () => {
    const { world, hosts, run } = worldOf(6, 2);
    run(1000);
    const holder = hosts.find(({ settings }) => settings.name === world.runs[0]?.host);
    holder?.unwant();
    while (world.runs[0]?.toMs === null) run(10);
    run(1000);
    expect(running(world.runs).map(({ host }) => host)).toEqual(
      hosts.filter((host) => host !== holder).map(({ settings }) => settings.name),
    );
  });

  it('has as many places as it says', () => {
    const { world, hosts, run } = worldOf(7, 5, () => ({ most: 3 }));
    run(2000);
    expect(running(world.runs)).toHaveLength(3);
    hosts.find(({ settings }) => settings.name === world.runs[1]?.host)?.killKeeper();
    run(TAKEN_MS);
    expect(running(world.runs)).toHaveLength(3);
    checkRuns(world.runs, 3);
  });

  it('is not taken in haste where somebody has deleted its record', () => {
    const { world, run } = worldOf(8, 2);
    run(1000);
    for (const key of world.store.entries.keys()) world.store.remove(key);
    run(20 * TTL_MS);
    checkRuns(world.runs, 1);
    expect(running(world.runs)).toHaveLength(1);
  });
});

it('does not try again and again to give a place back while the store cannot be reached', async () => {
  const own = { name: 'a', labels: {}, keeper: 'a-1', ttlMs: TTL_MS };
  const puts: string[] = [];
  const dues: (() => void)[] = [];
  let watch: Parameters<LeaseStore['watch']>[1] = () => {};
  const keeper = new LeaseKeeper({
    host: own,
    store: {
      get: (_key, done) => done(null),
      put(key, _record, _revision, done) {
        puts.push(key);
        if (puts.length > 10) throw new Error('it spins');
        done('unknown');
      },
      watch(_prefix, changed) {
        watch = changed;
        return () => {};
      },
    },
    user: { grant: (_lease, _grant, done) => done('gone'), end() {}, tell() {} },
    clock: {
      nowMs: () => 0,
      after(_delayMs, due) {
        dues.push(due);
        return () => {};
      },
    },
  });
  keeper.update([{ lease: 1, name: 'web', most: 1, prefer: [], state: 'awaited', token: 0, deadlineMs: 0 }]);
  const taken = { holder: 'a', keeper: 'a-1', token: 0, write: 1, ttlMs: TTL_MS };
  watch('lease.web.0', { record: taken, revision: 7 });
  const before = puts.length;
  for (const due of dues.splice(0)) due();
  expect(puts.length).toBeLessThanOrEqual(before + 1);
  keeper.stop();
});

it('gives a place back by the revision that was read, whichever was reported', () => {
  const own = { name: 'a', labels: {}, keeper: 'a-1', ttlMs: TTL_MS };
  const record = { holder: 'a', keeper: 'a-1', token: 0, write: 1, ttlMs: TTL_MS };
  const puts: number[] = [];
  let stored: LeaseEntry | null = null;
  let watch: Parameters<LeaseStore['watch']>[1] = () => {};
  const keeper = new LeaseKeeper({
    host: own,
    store: {
      get: (_key, done) => done(stored),
      put(_key, given, revision, done) {
        puts.push(revision);
        stored = { record: given, revision: 46 };
        done(46);
      },
      watch(_prefix, changed) {
        watch = changed;
        return () => {};
      },
    },
    user: { grant() {}, end() {}, tell() {} },
    clock: { nowMs: () => 0, after: () => () => {} },
  });
  keeper.update([{ lease: 1, name: 'web', most: 1, prefer: [], state: 'awaited', token: 0, deadlineMs: 0 }]);
  stored = { record, revision: 45 };
  watch('lease.web.0', { record, revision: 48 });
  expect(puts).toEqual([45]);
  keeper.stop();
});
