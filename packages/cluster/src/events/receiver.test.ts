import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { parseClusterConf } from '../conf/read-conf.ts';
import { ClusterConnection } from '../connection/connection.ts';
import { hasNatsServer, NatsServers } from '../testing/nats-servers.ts';
import { publishEvent } from './publish.ts';
import { EventReceiver } from './receiver.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const STREAM = 'upstart_main_events';
const CONSUMER = 'host_web1';

async function world(count: 1 | 3 = 1) {
  const servers = await NatsServers.start(count);
  ends.push(() => servers.remove());
  const log: string[] = [];
  const taken: { n: number; feed: string; sequence: number }[] = [];
  let trouble: string | null = null;
  const conf = parseClusterConf('cluster.conf', `servers ${servers.urls.join(' ')}\nhost web1`, 'me');
  const lines = { info: () => {}, warn: (text: string) => void log.push(text) };
  const connection = new ClusterConnection(conf, lines, 'test');
  ends.push(() => connection.close());
  const receive = (by: ClusterConnection): void => {
    const receiver = new EventReceiver({
      ...{ connection: by, log: lines, lookMs: 100 },
      troubled: (reason) => {
        trouble = reason;
      },
      async take({ env, feed, sequence }) {
        taken.push({ n: Number(env[0]?.slice(2)), feed, sequence });
        return { outcome: new Promise(() => {}) };
      },
    });
    ends.push(() => receiver.stop(false));
  };
  receive(connection);
  /** Another host, with the same name. */
  const beginNamesake = async (): Promise<void> => {
    const second = new ClusterConnection(conf, lines, 'test');
    ends.push(() => second.close());
    await second.nats();
    receive(second);
  };
  const other = await connect({ servers: servers.urls, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  ends.push(() => other.close());
  const manager = await jetstreamManager(other, { checkAPI: false });
  const receives = () => eventually('the consumer', () => manager.consumers.info(STREAM, CONSUMER).catch(() => null));
  await receives();
  const send = (n: number) =>
    eventually('the servers to keep it', () =>
      publishEvent(other, conf, { name: 'deploy', env: [`N=${n}`], to: {}, question: null }, `m${n}`).catch(() => 0),
    );
  /** Waits for the last of these, and has each once, in order. */
  const has = async (...numbers: number[]): Promise<void> => {
    await eventually('the event', () => taken.some(({ n }) => n === numbers.at(-1)));
    const places = new Map(taken.map(({ n, feed, sequence }) => [`${feed} ${sequence}`, n]));
    expect([...places.values()]).toEqual(numbers);
  };
  return { servers, connection, other, manager, log, receives, send, has, beginNamesake, trouble: () => trouble };
}

describe.skipIf(!hasNatsServer)('the receiver of events', () => {
  it('asks for events again when two of three servers are back, which were lost', async () => {
    const { servers, connection, send, has, trouble } = await world(3);
    await send(1);
    await has(1);
    const own = (await connection.nats()).getServer();
    const first = servers.all.find(({ url }) => url.endsWith(own));
    const second = servers.all.find((server) => server !== first);
    await Promise.all([first!.kill(), second!.kill()]);
    // Contact to the third server, which cannot answer for the stream by itself.
    await eventually('the trouble', () => connection.isConnected && trouble()?.startsWith('no events: '));
    await first!.start();
    await second!.start();
    await send(2);
    await has(1, 2);
    await eventually('no trouble', () => trouble() === null);
  });

  it('makes a consumer again that does not deliver, and has each event once', async () => {
    const { other, manager, log, send, has } = await world();
    await send(1);
    await has(1);
    // The only event that may be under way goes elsewhere, and stays there.
    const consumer = jetstream(other).consumers.getConsumerFromInfo(await manager.consumers.info(STREAM, CONSUMER));
    const { created } = await consumer.info();
    let timer: NodeJS.Timeout | undefined;
    ends.push(async () => clearInterval(timer));
    let n = 1;
    const steal = async (): Promise<void> => {
      const thief = await consumer.consume();
      ends.push(async () => thief.stop());
      let stolen = 0;
      void (async () => {
        for await (const message of thief) {
          stolen = message.seq;
          clearInterval(timer);
          timer = setInterval(() => message.working(), 100);
        }
      })();
      while (stolen === 0) await send(++n);
      thief.stop();
      await send(++n);
      await has(...Array.from({ length: n }, (_, index) => index + 1));
    };
    // A thief that stands still for five seconds loses what it has: the servers deliver that again by themselves.
    do await steal();
    while ((await manager.consumers.info(STREAM, CONSUMER)).created === created);
    expect(log.join()).toContain('the servers do not deliver event');
  });

  it('continues after its last event when its consumer is deleted, and at the first one of another stream', async () => {
    const { manager, send, has, receives } = await world();
    await send(1);
    await has(1);
    await manager.consumers.delete(STREAM, CONSUMER);
    await send(2);
    await has(1, 2);
    await manager.streams.delete(STREAM);
    await send(3);
    await receives();
    await has(1, 2, 3);
  });

  it('notices another host of its name, once', async () => {
    const { log, send, has, beginNamesake } = await world();
    for (let n = 1; n <= 3; n++) await send(n);
    await has(1, 2, 3);
    await beginNamesake();
    // Each of the two says so.
    let n = 3;
    while (log.length < 2) await send(++n);
    for (let more = 0; more < 10; more++) await send(++n);
    await has(...Array.from({ length: n }, (_, index) => index + 1));
    expect(log).toEqual(Array(2).fill(expect.stringContaining('another host seems to be called web1, too')));
  });

  it('leaves a consumer alone whose events an administrator has chosen', async () => {
    const { connection, manager, log, send, has } = await world();
    await send(1);
    await has(1);
    const { created } = await manager.consumers.update(STREAM, CONSUMER, {
      filter_subject: 'upstart.main.events.*.other',
    });
    await send(2);
    const nats = await connection.nats();
    const { outMsgs } = nats.stats();
    await eventually('it to look several times', () => nats.stats().outMsgs > outMsgs + 5);
    expect(log).toEqual([]);
    expect((await manager.consumers.info(STREAM, CONSUMER)).created).toBe(created);
  });
});
