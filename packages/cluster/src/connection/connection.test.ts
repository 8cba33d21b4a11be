import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { parseClusterConf } from '../conf/read-conf.ts';
import { hasNatsServer, NatsServers } from '../testing/nats-servers.ts';
import { ClusterConnection } from './connection.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function servers(count: 1 | 3 = 1, extra = ''): Promise<NatsServers> {
  const started = await NatsServers.start(count, extra);
  ends.push(() => started.remove());
  return started;
}

/** Enough for a slow machine to say what is wrong. */
const PATIENCE_MS = 120_000;

function connection(urls: readonly string[], more = '', attemptMs?: number) {
  const said: string[] = [];
  const contacts: boolean[] = [];
  const log = { info: (text: string) => void said.push(text), warn: (text: string) => void said.push(text) };
  const conf = parseClusterConf('cluster.conf', `servers ${urls.join(' ')}\nhost web1\n${more}`, 'me');
  const made = new ClusterConnection(conf, log, 'test', attemptMs);
  made.onContact((isConnected) => contacts.push(isConnected));
  ends.push(() => made.close());
  return { made, said, contacts };
}

describe.skipIf(!hasNatsServer)('the connection to the servers', () => {
  it('is there once they are, and again after each of their ends; each state is logged once', async () => {
    const { all, urls } = await servers();
    const [server] = all;
    await server!.stop();
    const { made, said, contacts } = connection(urls);
    await eventually('a complaint', () => said.length > 0);
    expect(made.isConnected).toBe(false);
    await server!.start();
    const nats = await made.nats();
    expect([made.isConnected, made.reason]).toEqual([true, null]);
    await server!.kill();
    await eventually('the loss', () => !made.isConnected);
    await server!.start();
    await eventually('contact', () => made.isConnected);
    await nats.flush();
    expect(contacts).toEqual([false, true, false, true]);
    expect(said.map((text) => text.replace(urls[0]!, 'URL').replace(/127\.0\.0\.1:\d+/g, 'ADDRESS'))).toEqual([
      'cluster main: no connection to URL: connection refused: connect ECONNREFUSED ADDRESS; trying again',
      'cluster main: connected to ADDRESS as web1',
      'cluster main: no connection to URL: the connection was lost; trying again',
      'cluster main: connected to ADDRESS as web1',
    ]);
  });

  it('moves to another server of a cluster', async () => {
    const { all, urls } = await servers(3);
    const { made } = connection(urls);
    const nats = await made.nats();
    const first = nats.getServer();
    await all.find(({ url }) => url.endsWith(first))!.kill();
    await eventually('another server', () => made.isConnected && nats.getServer() !== first);
    await nats.flush();
  });

  it('is refused with wrong credentials, and there once they are right', async () => {
    const [good, bad] = [nkeys.createUser(), nkeys.createUser()];
    const seed = (pair: typeof good) => new TextDecoder().decode(pair.getSeed());
    const started = await servers(1, `authorization { users = [ { nkey: ${good.getPublicKey()} } ] }`);
    const file = join(started.folder, 'host.nk');
    writeFileSync(file, seed(bad), { mode: 0o600 });
    const { made, said } = connection(started.urls, `nkey ${file}`, PATIENCE_MS);
    await eventually('a complaint', () => said.length > 0);
    expect(said[0]).toMatch(/Authorization Violation/);
    writeFileSync(file, `${seed(good)}\n`);
    await made.nats();
    expect(made.isConnected).toBe(true);
  });

  it('does not use a seed that everybody may read', async () => {
    const started = await servers();
    const file = join(started.folder, 'host.nk');
    writeFileSync(file, 'x');
    chmodSync(file, 0o644);
    const { made, said, contacts } = connection(started.urls, `nkey ${file}`);
    await eventually('a complaint', () => said.length > 0);
    expect(said[0]).toContain(`${file}: everybody may read it; try chmod 600`);
    expect(made.isConnected).toBe(false);
    // The first attempt has failed before anything could listen.
    expect(contacts).toEqual([false]);
  });

  it('leaves no socket behind at a server that takes connections and is silent', async () => {
    const { all, urls } = await servers();
    const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = sockets();
    await all[0]!.pause();
    const { made, said } = connection(urls);
    await eventually('a complaint', () => said.length > 0);
    await made.close();
    await eventually('no socket', () => sockets() <= before);
    all[0]!.resume();
    const again = connection(urls);
    await again.made.nats();
    await all[0]!.pause();
    await eventually('the loss', () => !again.made.isConnected);
    await eventually('two attempts', () => again.said.length > 1 && sockets() <= before + 1);
    await again.made.close();
    await eventually('no socket', () => sockets() <= before);
  });

  it('ends while there is none, and rejects those that wait', async () => {
    const { made } = connection(['nats://127.0.0.1:1']);
    await made.close();
    await expect(made.nats()).rejects.toThrow('the connection to the cluster was closed');
  });
});
