import { Kvm } from '@nats-io/kv';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { parseClusterConf } from '../conf/read-conf.ts';
import { ClusterConnection } from '../connection/connection.ts';
import { hasNatsServer, NatsServers } from '../testing/nats-servers.ts';
import { KvLeaseStore } from './kv-store.ts';
import type { Granted, LeaseUser, WantedLease, Written } from './ports.ts';
import type { LeaseEntry, LeaseRecord } from './record.ts';
import { startLeases } from './start.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function servers(count: 1 | 3 = 1): Promise<NatsServers> {
  const started = await NatsServers.start(count);
  ends.push(() => started.remove());
  return started;
}

function connect(urls: readonly string[], host: string, lease = '5s'): ClusterConnection {
  const conf = parseClusterConf('cluster.conf', `servers ${urls.join(' ')}\nhost ${host}\nlease ${lease}`, 'me');
  const connection = new ClusterConnection(conf, { info: () => {}, warn: () => {} }, 'test');
  ends.push(() => connection.close());
  return connection;
}

/** One that has all the time it wants for an answer, unless that is what a test is about. */
function storeOn(connection: ClusterConnection, patienceMs = 60_000) {
  const failures: (string | null)[] = [];
  const store = new KvLeaseStore(connection, patienceMs, (reason) => failures.push(reason));
  return {
    failures,
    get: (key: string) => new Promise<LeaseEntry | null>((resolve) => store.get(key, resolve)),
    put: (key: string, record: LeaseRecord, revision: number) =>
      new Promise<Written>((resolve) => store.put(key, record, revision, resolve)),
    watch: store.watch.bind(store),
  };
}

const record = (holder: string | null, token = 0): LeaseRecord => ({
  ...{ holder, keeper: 'k', token, write: 1, ttlMs: 5000 },
});

/** An init with one job, which runs as soon as it may. */
function hostOn(urls: readonly string[], name: string, lease?: string) {
  const log: string[] = [];
  let wanted: WantedLease | null = null;
  const user: LeaseUser = {
    grant(_lease, { token, deadlineMs }, done) {
      if (wanted?.state === 'awaited') log.push(`${name} runs`);
      if (wanted) wanted = { ...wanted, state: 'held', token, deadlineMs };
      done((wanted === null ? 'gone' : 'ok') satisfies Granted);
    },
    end: (_lease, handOver) => {
      log.push(`${name} ends${handOver ? ' in order' : ''}`);
      wanted = null;
      queueMicrotask(() => keeper.update([]));
    },
    tell: (_lease, holder) => void log.push(`${name} waits for ${holder}`),
  };
  const keeper = startLeases(connect(urls, name, lease), user, () => {});
  ends.push(() => keeper.stop());
  keeper.drain(null);
  const want = (): void => {
    wanted = { lease: 1, name: 'a job/1', most: 1, prefer: [], state: 'awaited', token: 0, deadlineMs: 0 };
    keeper.update([wanted]);
  };
  return { log, keeper, want, runs: () => wanted?.state === 'held' };
}

describe.skipIf(!hasNatsServer)('leases in JetStream', () => {
  it('are written by compare-and-set, and watched', async () => {
    const { urls } = await servers();
    const store = storeOn(connect(urls, 'h1'));
    await eventually('contact', async () => (await store.get('lease.web.0'))?.revision === 0);
    const seen: [string, string | null | undefined][] = [];
    ends.push(store.watch('lease.web.', (key, { record: found }) => seen.push([key, found?.holder])));
    // A watch that begins late has the last record alone.
    await store.put('lease.web.1', record('h1'), 0);
    await eventually('the watch', () => seen.length > 0);
    const first = await store.put('lease.web.0', record('h1'), 0);
    expect(await store.put('lease.web.0', record('h2'), 0)).toBe('conflict');
    expect(await store.get('lease.web.0')).toEqual({ record: record('h1'), revision: first });
    const other = await store.put('lease.db.0', record('h1'), 0);
    const second = await store.put('lease.web.0', record(null, 1), first as number);
    expect([first, other, second].map(Number)).toEqual([...[first, other, second].map(Number)].sort((a, b) => a - b));
    expect(await store.put('lease.web.0', record('h2'), first as number)).toBe('conflict');
    await eventually('the watch', () => seen.length >= 3);
    expect(seen).toEqual([
      ['lease.web.1', 'h1'],
      ['lease.web.0', 'h1'],
      ['lease.web.0', null],
    ]);
  });

  it('go to one of many hosts that take them at one time, on servers that are a cluster', async () => {
    const { urls } = await servers(3);
    const stores = urls.flatMap((url) => ['a', 'b'].map((name) => storeOn(connect([url], name))));
    for (const store of stores) await eventually('contact', () => store.get('lease.web.0'));
    let revision = 0;
    for (let round = 0; round < 60; round++) {
      const written = await Promise.all(stores.map((store) => store.put('lease.web.0', record('h'), revision)));
      const won = written.filter((one) => typeof one === 'number');
      expect(won).toHaveLength(1);
      revision = won[0] as number;
    }
  });

  it('that somebody has deleted are not free', async () => {
    const { urls } = await servers();
    const connection = connect(urls, 'h1');
    const store = storeOn(connection);
    const bucket = await new Kvm(await connection.nats()).create('upstart_main_leases');
    const revision = await store.put('lease.web.0', record('h1'), 0);
    await bucket.delete('lease.web.0');
    const entry = await store.get('lease.web.0');
    expect(entry?.record).toBeNull();
    expect(entry?.revision).toBeGreaterThan(revision as number);
    expect(await store.put('lease.web.0', record('h2'), 0)).toBe('conflict');
    expect(await store.put('lease.web.0', record('h2'), entry?.revision ?? 0)).toBeGreaterThan(entry?.revision ?? 0);
  });

  it('are unknown without a server that answers, with one reason', async () => {
    const { all, urls } = await servers();
    const store = storeOn(connect(urls, 'h1'), 500);
    await eventually('contact', async () => (await store.get('lease.web.0')) !== null);
    await all[0]?.pause();
    expect(await store.put('lease.web.0', record('h1'), 0)).toBe('unknown');
    expect(store.failures.at(-1)).toBe('the servers do not answer');
    all[0]?.resume();
    await eventually('contact', async () => (await store.get('lease.web.0')) !== null);
    expect(store.failures.at(-1)).toBeNull();
  });

  it('are unknown without contact, which is no trouble of their own', async () => {
    const { all, urls } = await servers();
    const connection = connect(urls, 'h1');
    const store = storeOn(connection);
    await eventually('contact', async () => (await store.get('lease.web.0')) !== null);
    await all[0]?.stop();
    await eventually('no contact', () => !connection.isConnected);
    store.failures.length = 0;
    expect([await store.get('lease.web.0'), await store.put('lease.web.0', record('h1'), 0)]).toEqual([
      null,
      'unknown',
    ]);
    expect(store.failures).toEqual([]);
  });

  it('go from host to host: handed over, given back, and taken from one that is silent', async () => {
    const { urls } = await servers();
    // Long enough for servers that a slow machine lets wait: none is lost meanwhile.
    const one = hostOn(urls, 'one', '15s');
    one.want();
    await eventually('the first host', () => one.runs());
    const two = hostOn(urls, 'two', '15s');
    two.want();
    await eventually('word of the holder', () => two.log.includes('two waits for one'));
    one.keeper.handOver('a job/1', 'asked for');
    await eventually('the second host', () => two.runs());
    expect(one.log).toEqual(['one runs', 'one ends in order']);
    one.want();
    await eventually('word of the holder', () => one.log.includes('one waits for two'));
    expect(one.runs()).toBe(false);
    two.keeper.stop();
    await eventually('the first host', () => one.runs());
  });

  it('survive the server: the holder continues when it is back in time', async () => {
    const { all, urls } = await servers();
    // Long enough for a slow machine to start the server.
    const one = hostOn(urls, 'one', '60s');
    one.want();
    await eventually('the host', () => one.runs());
    await all[0]?.kill();
    await all[0]?.start();
    const two = hostOn(urls, 'two', '60s');
    two.want();
    await eventually('word of the holder', () => two.log.includes('two waits for one'));
    expect([one.log, two.runs()]).toEqual([['one runs'], false]);
  });
});
