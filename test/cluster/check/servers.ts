/** The three servers of the checker, each in a network namespace of its own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  connect,
  jetstreamManager,
  type NatsConnection,
  NatsServer,
  untilPlaced,
} from '../../../packages/cluster/src/testing/nats-servers.ts';
import { eventually } from '../../eventually.ts';
import type { Network, Node } from './network.ts';

const PORT = 4222;
const PEER_PORT = 6222;
const STREAM = 'upstart_main_events';

export interface ServerNode {
  readonly node: Node;
  readonly server: NatsServer;
}

export async function startServers(network: Network, folder: string): Promise<ServerNode[]> {
  const nodes: Node[] = [];
  for (const name of ['s0', 's1', 's2']) nodes.push(await network.node(name));
  const routes = nodes.map(({ address }) => `"nats://${address}:${PEER_PORT}"`).join(', ');
  const all = nodes.map((node) => {
    const store = join(folder, node.name);
    mkdirSync(store);
    const conf =
      `server_name: ${node.name}\nlisten: "${node.address}:${PORT}"\nping_interval: "5s"\n` +
      `jetstream { store_dir: "${store}", max_file_store: 1GB, max_memory_store: 64MB }\n` +
      `cluster { name: check, listen: "${node.address}:${PEER_PORT}", routes: [${routes}] }\n`;
    return { node, server: new NatsServer(node.name, PORT, folder, conf, node) };
  });
  await Promise.all(all.map(({ server }) => server.start()));
  return all;
}

/** A connection of the checker itself, which nothing cuts off from the servers. */
export async function lookOn(servers: readonly ServerNode[]): Promise<NatsConnection> {
  const urls = servers.map(({ server }) => server.url);
  const nats = await connect({
    servers: urls,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    waitOnFirstConnect: true,
  });
  await untilPlaced(
    nats,
    servers.map(({ server }) => server),
  );
  return nats;
}

/** The ids of all events, in the order of the stream. */
export async function idsOf(nats: NatsConnection): Promise<string[]> {
  const { streams } = await jetstreamManager(nats, { checkAPI: false });
  const { state } = await eventually('the stream', () => streams.info(STREAM).catch(() => null));
  const ids: string[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
    const message = await eventually('a message of the stream', () =>
      streams.getMessage(STREAM, { seq }).catch(() => null),
    );
    const { env } = message.json<{ env: string[] }>();
    ids.push(env[0]?.replace(/^ID=/, '') ?? '');
  }
  return ids;
}

/** Waits until the servers know that the host waits for events: what was sent before does not come to it. */
export async function receives(nats: NatsConnection, host: string): Promise<void> {
  const { consumers } = await jetstreamManager(nats, { checkAPI: false });
  await eventually(`${host} to receive`, () => consumers.info(STREAM, `host_${host}`).catch(() => null));
}
