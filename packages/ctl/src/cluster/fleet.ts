/** The hosts of the cluster, for commands that ask them. */
import { nearest, quotedSetting, UsageError } from '@upstart/common';
import type { UpstartClient } from '@upstart/protocol';
import { answered, contact, SILENT } from './contact.ts';
import type { Cluster, ClusterConf, HostRecord } from './load.ts';
import { RemoteClient } from './remote-client.ts';

type Connection = InstanceType<Cluster['ClusterConnection']>;
type Nats = Awaited<ReturnType<Connection['nats']>>;
type Drains = Awaited<ReturnType<Cluster['Drains']['open']>>;
type Leases = Awaited<ReturnType<Drains['look']>>;

interface Found extends Pick<Fleet, 'asker' | 'hosts'> {
  readonly nats: Nats;
}

const NONE_ASKED = 'no host was asked';

/** All hosts that the cluster knows. */
export const listOf = async (cluster: Cluster, nats: Nats, conf: ClusterConf): Promise<HostRecord[]> =>
  await (await cluster.Hosts.open(nats, conf)).list();

export class Fleet {
  readonly cluster: Cluster;
  readonly conf: ClusterConf;
  readonly asker: InstanceType<Cluster['FleetAsker']>;
  /** All hosts that the cluster knows, by name. */
  readonly hosts: readonly HostRecord[];
  readonly #connection: Connection;
  readonly #questionMs: number;
  readonly #nats: Nats;
  #drains: Promise<Drains> | null = null;
  readonly #clients = new Map<string, UpstartClient>();

  private constructor(cluster: Cluster, connection: Connection, found: Found, limitMs: number) {
    this.cluster = cluster;
    this.conf = connection.conf;
    this.asker = found.asker;
    this.hosts = found.hosts;
    this.#connection = connection;
    this.#nats = found.nats;
    this.#questionMs = limitMs;
  }

  /** `questionMs`: how long the answer to a question may take. Rejects where the servers cannot be reached. */
  static async open(cluster: Cluster, conf: ClusterConf, questionMs: number): Promise<Fleet> {
    const connection = new cluster.ClusterConnection(conf, SILENT, 'upstart fleet');
    try {
      const nats = await contact(connection, NONE_ASKED);
      const hosts = await answered(connection, listOf(cluster, nats, conf), NONE_ASKED);
      const asker = new cluster.FleetAsker(nats, conf, process.geteuid?.() ?? 0);
      return new Fleet(cluster, connection, { nats, asker, hosts }, questionMs);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /**
   * The hosts with one of these names, and those with all of these labels (`LABEL=VALUE`); without any words, all that answer to others.
   * Throws UsageError.
   */
  chosen(words: readonly string[]): HostRecord[] {
    if (words.length === 0) return this.hosts.filter(({ fleet }) => fleet !== 'off');
    const labels = words.filter((word) => word.includes('='));
    const names = new Set(words.filter((word) => !word.includes('=')));
    for (const name of names) this.known(name);
    const wanted = this.cluster.parseLabels(labels);
    const found = this.hosts.filter(
      ({ host, fleet, labels: own }) =>
        names.has(host) || (labels.length > 0 && fleet !== 'off' && this.cluster.hasLabels(own, wanted)),
    );
    if (found.length === 0) throw new UsageError(`no host of the fleet has ${labels.join(' and ')}`);
    return found;
  }

  /** The host of that name. Throws UsageError. */
  known(name: string): HostRecord {
    const found = this.hosts.find(({ host }) => host === name);
    if (found) return found;
    const meant = nearest(
      name,
      this.hosts.map(({ host }) => host),
    );
    const hint = meant === null ? '' : `; did you mean ${meant}?`;
    throw new UsageError(`the cluster ${this.conf.cluster} has no host ${quotedSetting(name)}${hint}`);
  }

  /** The init of a host. */
  client(host: string): UpstartClient {
    let client = this.#clients.get(host);
    client ??= new RemoteClient(this.cluster, this.asker, host, this.#questionMs);
    this.#clients.set(host, client);
    return client;
  }

  /** What keeps the leases, and the hosts that are drained of them. */
  drains(): Promise<Drains> {
    this.#drains ??= this.cluster.Drains.open(this.#nats, this.conf);
    return this.#drains;
  }

  /** The hosts that are drained, and those that have leases. Where the servers do not tell, `failed` gets why, and there are none. */
  async leases(failed: (text: string) => void): Promise<Leases> {
    try {
      return await (await this.drains()).look();
    } catch (error) {
      failed(`Unable to read the leases: ${(error as Error).message}`);
      return { drained: [], holders: [] };
    }
  }

  /** Removes what the servers have of a host that does not come back. */
  async forget(host: string): Promise<void> {
    await this.cluster.forgetHost(this.#nats, this.conf, host);
  }

  async close(): Promise<void> {
    this.asker.close();
    await this.#connection.close();
  }
}
