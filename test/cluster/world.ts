/** Servers, a client of theirs and hosts, which all end with the test. */
import { parseClusterConf } from '../../packages/cluster/src/conf/read-conf.ts';
import { publishEvent } from '../../packages/cluster/src/events/publish.ts';
import { connect, type NatsConnection, NatsServers } from '../../packages/cluster/src/testing/nats-servers.ts';
import { eventually } from '../eventually.ts';
import { Host } from './host.ts';

export class ClusterWorld {
  readonly servers: NatsServers;
  readonly nats: NatsConnection;
  readonly #hosts: Host[] = [];

  private constructor(servers: NatsServers, nats: NatsConnection) {
    this.servers = servers;
    this.nats = nats;
  }

  static async start(count: 1 | 3 = 1): Promise<ClusterWorld> {
    const servers = await NatsServers.start(count);
    const options = { maxReconnectAttempts: -1, reconnectTimeWait: 100 };
    return new ClusterWorld(servers, await connect({ servers: servers.urls, ...options }));
  }

  /** `more`: lines of its `cluster.conf`. */
  async host(name: string, more = ''): Promise<Host> {
    const host = await Host.start(name, this.servers.urls, more);
    this.#hosts.push(host);
    return host;
  }

  /** Sends `deploy N=…` as the host `ci`, again and again until the servers have it; each N is another event. */
  async send(n: number, to: Record<string, string> = {}, env: readonly string[] = []): Promise<void> {
    const conf = parseClusterConf('cluster.conf', 'servers a\nhost ci', 'ci');
    const event = { name: 'deploy', env: [`N=${n}`, ...env], to, question: null };
    await eventually('the servers to keep it', () => publishEvent(this.nats, conf, event, `ci ${n}`).catch(() => 0));
  }

  async end(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.remove()));
    await this.nats.close();
    await this.servers.remove();
  }
}

/** What `release` writes for these events of the host `ci`. */
export const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index} ci`);

/** Waits until the jobs of the host have written so much, and returns it in order: they run beside one another. */
export async function written(host: Host, count: number): Promise<string[]> {
  await eventually(`${host.name} to have ${count} events`, () => host.lines().length >= count);
  return host.lines().sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}
