import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { parseClusterConf } from '../conf/read-conf.ts';
import { feedOf, openStream } from '../events/stream.ts';
import { hasNatsServer, NatsServers } from '../testing/nats-servers.ts';
import { Hosts, hasLabels, isLabels, parseLabels } from './hosts.ts';

const conf = parseClusterConf('cluster.conf', 'servers a', 'me');

describe.skipIf(!hasNatsServer).each([1, 3] as const)('what %i servers keep', (count) => {
  let servers: NatsServers;
  let nats: NatsConnection;
  beforeEach(async () => {
    servers = await NatsServers.start(count);
    nats = await connect({ servers: servers.urls });
  });
  afterEach(async () => {
    await nats.close();
    await servers.remove();
  });

  it('is made by several hosts at a time, once, with a copy on each of three servers', async () => {
    // Servers that elect a leader do not answer; hosts try again.
    const made = () => eventually('the stream', () => openStream(nats, conf).catch(() => null));
    await Promise.all([made(), made(), made()]);
    // Several servers (2.9.10) may confirm more than one, of which one stays.
    const streams = await eventually('one stream', async () => {
      const found = await Promise.all([made(), made(), made()]);
      return new Set(found.map((info) => feedOf(conf.cluster, info))).size === 1 && found;
    });
    expect(streams[0]!.config).toMatchObject({ num_replicas: count, max_msg_size: 65_536, max_msgs: 100_000 });
    expect(streams[0]!.config.duplicate_window).toBe(streams[0]!.config.max_age);
    const [first] = await Promise.all(
      [1, 2, 3].map(() => eventually('the hosts', () => Hosts.open(nats, conf).catch(() => null))),
    );
    expect(await first!.list()).toEqual([]);
  });

  it('has the hosts that have entered, and not those that were removed', async () => {
    const hosts = await eventually('the hosts', () => Hosts.open(nats, conf).catch(() => null));
    const record = (host: string, zone: string) => ({
      ...{ host, labels: { host, zone }, version: '1', events: true, fleet: 'off' as const },
    });
    // Servers of a slow machine may not answer in time, or elect another leader.
    const done = (ask: () => Promise<void>) =>
      eventually('an answer', () =>
        ask().then(
          () => true,
          () => false,
        ),
      );
    const enter = (host: string, zone: string) => done(() => hosts.enter(record(host, zone)));
    const list = () => eventually('an answer', () => hosts.list().catch(() => null));
    await enter('b', 'eu');
    await enter('a', 'us');
    await enter('b', 'us');
    expect(await list()).toEqual([record('a', 'us'), record('b', 'us')]);
    await done(() => hosts.remove('b'));
    expect(await list()).toEqual([record('a', 'us')]);
    await enter('b', 'us');
    expect(await list()).toHaveLength(2);
  });
});

describe('labels', () => {
  it('are words NAME=VALUE, of which none is lost', () => {
    expect(parseLabels(['zone=eu', 'kind=db.main', 'zone=eu'])).toEqual({ zone: 'eu', kind: 'db.main' });
    expect(hasLabels({ host: 'a' }, parseLabels(['__proto__=x']))).toBe(false);
    expect(() => parseLabels(['zone=eu', 'zone=us'])).toThrow('no host has two values of zone');
    expect(() => parseLabels(['zone'])).toThrow('expected LABEL=VALUE: zone');
  });

  it('choose hosts that have all of them', () => {
    expect(hasLabels({ host: 'a', zone: 'eu' }, { zone: 'eu' })).toBe(true);
    expect(hasLabels({ host: 'a', zone: 'eu' }, { zone: 'eu', host: 'b' })).toBe(false);
    expect(hasLabels({ host: 'a' }, {})).toBe(true);
    expect(hasLabels({ host: 'a' }, { toString: 'x' })).toBe(false);
  });

  it.each([null, [], 'a', { a: 1 }, { 'a b': 'c' }, { a: 'x'.repeat(64) }])(
    'from another host may not be %j',
    (labels) => {
      expect(isLabels(labels)).toBe(false);
    },
  );
});
