/** The source `cluster`: events of other machines, as `:cluster:NAME` with the variable HOST, and the leases of jobs (docs/cluster.md). */
import type { ClusterConf, ClusterConnection, EventReceiver } from '@upstart/cluster';
import { VERSION } from '@upstart/common';
import { sourceOf } from '@upstart/job-language';
import { textOf } from '../../errors.ts';
import type { RunningSource, Source, SourceContext } from '../../source.ts';
import { Leases } from './leases.ts';
import { Sender } from './sender.ts';
import { Taker } from './taker.ts';

type ClusterModule = typeof import('@upstart/cluster');

/** The pause before this host is entered into the list again, when the servers did not take it though there is contact. */
const ENTER_AGAIN_MS = 5000;

export const cluster: Source = {
  name: 'cluster',
  isMine: (event) => sourceOf(event) === 'cluster',
  async start(context) {
    // Loaded only here: without a cluster nothing of it is.
    const module = await import('@upstart/cluster');
    return new ClusterSource(context, module, readConf(context, module));
  },
};

function readConf(
  { env, isSession }: SourceContext,
  { ClusterConfError, readClusterConf }: ClusterModule,
): ClusterConf {
  try {
    return readClusterConf(env, isSession);
  } catch (error) {
    if (!(error instanceof ClusterConfError)) throw error;
    const [first, ...more] = error.complaints;
    throw new Error(more.length === 0 ? first : `${first} (and ${more.length} more)`);
  }
}

class ClusterSource implements RunningSource {
  readonly #context: SourceContext;
  readonly #module: ClusterModule;
  readonly #connection: ClusterConnection;
  readonly #receiver: EventReceiver;
  readonly #sender: Sender;
  readonly #leases: Leases;
  /** The last trouble with the list of hosts that was logged. */
  #logged: string | null = null;
  #again: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(context: SourceContext, module: ClusterModule, conf: ClusterConf) {
    const { client, operands, log, troubled } = context;
    this.#context = context;
    this.#module = module;
    this.#connection = new module.ClusterConnection(conf, log, 'upstart-bridge');
    const taker = new Taker(client, operands);
    this.#receiver = new module.EventReceiver({
      ...{ connection: this.#connection, log, take: (event) => taker.take(event), troubled },
    });
    this.#sender = new Sender(
      client,
      log,
      () => operands(),
      async (event, id) => {
        const nats = await this.#connection.nats();
        await module.publishEvent(nats, conf, { ...event, to: {}, question: null }, `${conf.host} ${id}`);
      },
    );
    this.#leases = new Leases(context, module.startLeases, this.#connection);
    void this.#leases.begin();
    this.#connection.onContact((isConnected) => {
      if (isConnected) {
        void this.#enter();
        this.#sender.contact();
      } else troubled(`no connection to the cluster: ${this.#connection.reason}`);
    });
  }

  async follow(): Promise<void> {
    await this.#sender.begin();
    this.#sender.look();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#again);
    this.#sender.stop();
    // Without a job that waits, a later one is not to get what comes meanwhile; a bridge that ends is followed by another.
    const forget = this.#context.operands().length === 0;
    this.#leases.stop();
    await this.#receiver.stop(forget);
    if (forget) await this.#change((hosts) => hosts.remove(this.#connection.conf.host));
    await this.#connection.close();
  }

  /** Enters this host into the list, by which others know who may answer. */
  async #enter(): Promise<void> {
    clearTimeout(this.#again);
    const { host, labels } = this.#connection.conf;
    const isDone = await this.#change((hosts) => hosts.enter({ host, labels, version: VERSION }));
    // The next contact has it entered in any case.
    if (!isDone && this.#connection.isConnected && !this.#isOver)
      this.#again = setTimeout(() => void this.#enter(), ENTER_AGAIN_MS);
  }

  async #change(
    change: (hosts: Awaited<ReturnType<ClusterModule['Hosts']['open']>>) => Promise<void>,
  ): Promise<boolean> {
    if (!this.#connection.isConnected) return false;
    try {
      const nats = await this.#connection.nats();
      await change(await this.#module.Hosts.open(nats, this.#connection.conf));
      this.#logged = null;
      return true;
    } catch (error) {
      const text = `Unable to change the list of hosts: ${textOf(error)}`;
      if (text !== this.#logged) this.#context.log.warn(text);
      this.#logged = text;
      return false;
    }
  }
}
