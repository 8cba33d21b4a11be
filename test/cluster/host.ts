/** Hosts of a cluster for tests: sessions, each with an init, a home and a `cluster.conf` of its own. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager, type NatsConnection } from '../../packages/cluster/src/testing/nats-servers.ts';
import { connect, type UpstartClient } from '../../packages/protocol/src/index.ts';
import { commandLineOf, processesWith, signal } from '../chaos/proc.ts';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';

export class Host {
  readonly name: string;
  readonly session: SessionInit;

  private constructor(name: string, session: SessionInit) {
    this.name = name;
    this.session = session;
  }

  /** With a job `release`, which writes the variable N of each event `deploy` into a file. `more`: lines of its `cluster.conf`. */
  static async start(name: string, servers: readonly string[], more = ''): Promise<Host> {
    const session = await SessionInit.start();
    const host = new Host(name, session);
    host.configure(servers, more);
    host.job('release', host.appends('deploy', '$N $HOST'));
    return host;
  }

  configure(servers: readonly string[], more = ''): void {
    const conf = `servers ${servers.join(' ')}\nhost ${this.name}\n${more}\n`;
    writeFileSync(join(this.session.home, '.config/upstart-cluster.conf'), conf);
  }

  job(name: string, text: string): void {
    this.session.job(name, text);
  }

  /** A job for the event `event` of the cluster. An instance for each N, so that none is missed for another. */
  appends(event: string, text: string): string {
    return `start on :cluster:${event} N=* HOST=*\ntask\ninstance $N\nexec sh -c 'echo ${text} >> ${this.out}'\n`;
  }

  get out(): string {
    return join(this.session.home, 'out');
  }

  /** What the jobs have written. */
  lines(): string[] {
    return existsSync(this.out) ? readFileSync(this.out, 'utf8').split('\n').slice(0, -1) : [];
  }

  /** Waits until the servers know that it waits for events. */
  async receives(nats: NatsConnection): Promise<void> {
    const { consumers } = await jetstreamManager(nats, { checkAPI: false });
    const name = `host_${this.name}`;
    await eventually(`${this.name} to receive`, () => consumers.info('upstart_main_events', name).catch(() => null));
  }

  /** What troubles its source of events; null: nothing. */
  async trouble(): Promise<string | null> {
    const found = await this.asks((client) => client.call('sources', {}));
    return found.find(({ name }) => name === 'cluster')?.reason ?? null;
  }

  /** The events of the cluster that its init has had, with their causes. */
  async history(): Promise<string[]> {
    const { entries } = await this.asks((client) =>
      client.call('history', { job: null, sinceMs: 0, after: 0, limit: 2000 }),
    );
    return entries.flatMap((entry) =>
      entry.kind === 'event' && entry.event.startsWith(':cluster:') ? `${entry.event} ${entry.cause.text}` : [],
    );
  }

  async asks<T>(question: (client: UpstartClient) => Promise<T>): Promise<T> {
    const client = await connect({ path: this.session.socket });
    try {
      return await question(client);
    } finally {
      client.close();
    }
  }

  bridges(): number[] {
    return this.#ours(/bridge\.js/);
  }

  daemons(): number[] {
    return this.#ours(/daemon\.(js|snapshot)/);
  }

  async killBridge(): Promise<void> {
    await this.#kill(() => this.bridges());
  }

  async killDaemon(): Promise<void> {
    await this.#kill(() => this.daemons());
  }

  async remove(): Promise<void> {
    await this.session.end();
    this.session.remove();
  }

  #ours(name: RegExp): number[] {
    return processesWith(`HOME=${this.session.home}`).filter((pid) => name.test(commandLineOf(pid)));
  }

  async #kill(find: () => number[]): Promise<void> {
    const [pid] = await eventually('it runs', () => (find().length > 0 ? find() : null));
    signal(pid as number, 'SIGKILL');
  }
}
