import { JetStreamApiCodes } from '@nats-io/jetstream';
import { afterEach, describe, expect, it, test } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { parseClusterConf } from '../conf/read-conf.ts';
import { connect, hasNatsServer, jetstreamManager, NatsServers } from '../testing/nats-servers.ts';
import { feedOf, hasCode, openStreamToFollow } from './stream.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const HOSTS = 10;
const created = '2026-01-01T00:00:00Z';

const feed = (description: string | undefined, madeAt = created): string =>
  feedOf('main', { config: { description }, created: madeAt } as Parameters<typeof feedOf>[1]);

test('a stream of a host is named by its description, whenever the servers say that it was made', () => {
  const [one, other] = ['a', 'b'].map(
    (digit) => `Events of the hosts of main, ${digit.repeat(8)}-0000-4000-8000-000000000000`,
  );
  expect(feed(one)).toBe(feed(one, '2026-01-01T00:00:00.02Z'));
  expect(feed(one)).not.toBe(feed(other));
});

test.each([undefined, 'the events of web1, web2'])('a stream of an administrator by the time: %s', (description) => {
  expect(feed(description)).toBe(`cluster main ${created}`);
  expect(feed(description, '2026-01-02T00:00:00Z')).not.toBe(feed(description));
});

describe.skipIf(!hasNatsServer)('the stream of a cluster', () => {
  it('has one name for all hosts that make it at one time, also after its servers have begun again', async () => {
    const servers = await NatsServers.start(3);
    ends.push(() => servers.remove());
    const conf = parseClusterConf('cluster.conf', `servers ${servers.urls.join(' ')}\nhost web1`, 'me');
    const clients = await Promise.all(
      Array.from({ length: HOSTS }, (_, n) =>
        connect({ servers: servers.urls[n % 3]!, maxReconnectAttempts: -1, reconnectTimeWait: 100 }),
      ),
    );
    for (const client of clients) ends.push(() => client.close());
    const feeds = (): Promise<string[]> =>
      Promise.all(
        clients.map((client) =>
          eventually('the stream', () =>
            openStreamToFollow(client, conf).then(
              (stream) => feedOf('main', stream),
              () => null,
            ),
          ),
        ),
      );
    const [first, ...others] = await feeds();
    expect(new Set(others)).toEqual(new Set([first]));
    // Killed at one time, servers of 2.9 may come back with the stream that another host had made at the same time.
    await Promise.all(servers.all.map((server) => server.stop()));
    await Promise.all(servers.all.map((server) => server.start()));
    expect(new Set(await feeds())).toEqual(new Set([first]));
    const manager = await jetstreamManager(clients[0]!, { checkAPI: false });
    await eventually('its end', () =>
      manager.streams.delete('upstart_main_events').then(
        () => true,
        (error) => hasCode(error, JetStreamApiCodes.StreamNotFound),
      ),
    );
    expect(await feeds()).not.toContain(first);
  });
});
