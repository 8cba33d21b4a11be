import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseClusterConf } from '../conf/read-conf.ts';
import { connect, hasNatsServer, type NatsConnection, NatsServers } from '../testing/nats-servers.ts';
import { publishEvent } from './publish.ts';

/** What servers answer, as the versions behind it do: the same message again, which they have not agreed on yet. */
const UNDER_WAY = [
  { stream: 's', seq: 0, duplicate: true }, // 2.10.27
  { error: { code: 409, err_code: 10158, description: 'duplicate message id is in process' } }, // 2.15.1
];

describe.skipIf(!hasNatsServer)('an event that is sent', () => {
  let servers: NatsServers;
  let nats: NatsConnection;
  beforeAll(async () => {
    servers = await NatsServers.start(1);
    nats = await connect({ servers: servers.urls });
  });
  afterAll(async () => {
    await nats.close();
    await servers.remove();
  });

  /** Sends an event that gets these answers, one after the other. */
  async function send(name: string, answers: object[]): Promise<number> {
    const ids = new Set<string | undefined>();
    const subscription = nats.subscribe(`upstart.main.events.a.${name}`, {
      callback(_error, message) {
        ids.add(message.headers?.get('Nats-Msg-Id'));
        message.respond(
          JSON.stringify(answers.shift() ?? { error: { code: 500, err_code: 1, description: 'no more' } }),
        );
      },
    });
    const conf = parseClusterConf('cluster.conf', `servers ${servers.urls[0]}\nhost a`, 'me');
    try {
      return await publishEvent(nats, conf, { name, env: [], to: {}, question: null }, 'a 1');
    } finally {
      subscription.unsubscribe();
      expect(ids).toEqual(new Set(['a 1']));
    }
  }

  it('is not confirmed by an answer that it is known, and under way', async () => {
    expect(await send('known', [...UNDER_WAY, { stream: 's', seq: 7, duplicate: true }])).toBe(7);
  });

  it('fails with any other error of the servers', async () => {
    await expect(send('denied', [UNDER_WAY[0] as object])).rejects.toThrow('no more');
  });
});
