/** The source `cluster`: events of other machines, as `:cluster:NAME` with the variable HOST, the leases of jobs, and the fleet (docs/cluster.md). */
import type { ClusterConf, ClusterConnection, Drain, EventReceiver, FleetAgent } from '@upstart/cluster';
import { answersFleet, VERSION } from '@upstart/common';
import { sourceOf } from '@upstart/job-language';
import { textOf } from '../../errors.ts';
import type { RunningSource, Source, SourceContext } from '../../source.ts';
import { InitOfFleet } from './fleet.ts';
import { Leases } from './leases.ts';
import { Sender } from './sender.ts';
import { isForEvents, Taker } from './taker.ts';

type ClusterModule = typeof import('@upstart/cluster');

/** The pause before this host is entered into the list again, when the servers did not take it though there is contact. */
const ENTER_AGAIN_MS = 5000;

export const cluster: Source = {
  name: 'cluster',
  isMine: (event) => sourceOf(event) === 'cluster',
  isAlwaysNeeded: ({ env, isSession }) => answersFleet(env, isSession),
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
  readonly #taker: Taker;
  /** While a job waits for events. */
  #receiver: EventReceiver | null = null;
  readonly #sender: Sender;
  /** The stream has taken an event of the sender's, since when there was no trouble with it. */
  #hasStream = false;
  readonly #leases: Leases;
  #agent: FleetAgent | null = null;
  /** Changes of the list of hosts, one after the other: the last one counts. */
  #entering: Promise<void> = Promise.resolve();
  #trouble: string | null = null;
  #drain: Drain | null = null;
  /** The last trouble with the list of hosts that was logged. */
  #logged: string | null = null;
  #again: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(context: SourceContext, module: ClusterModule, conf: ClusterConf) {
    const { client, operands, log } = context;
    this.#context = context;
    this.#module = module;
    this.#connection = new module.ClusterConnection(conf, log, 'upstart-bridge');
    this.#taker = new Taker(client, operands);
    this.#sender = new Sender(
      client,
      log,
      () => operands(),
      async (event, id) => {
        const nats = await this.#connection.nats();
        // A host that only sends has no receiver, which would have made it.
        if (!this.#hasStream) await module.openStream(nats, conf);
        this.#hasStream = false;
        await module.publishEvent(nats, conf, { ...event, to: {}, question: null }, `${conf.host} ${id}`);
        this.#hasStream = true;
      },
    );
    this.#leases = new Leases(context, module, this.#connection, (drain) => this.#drained(drain));
    void this.#leases.begin();
    this.#connection.onContact((isConnected) => {
      if (isConnected) {
        void this.#enter();
        this.#sender.contact();
        // With events it is not over before these come again.
        if (this.#receiver === null) this.#troubled(null);
      } else this.#troubled(`no connection to the cluster: ${this.#connection.reason}`);
    });
    if (conf.fleet !== 'off') void this.#answer();
  }

  async follow(): Promise<void> {
    await this.#sender.begin();
    this.#sender.look();
    if (this.#isWaiting === (this.#receiver !== null)) return;
    if (this.#isWaiting) this.#receive();
    else {
      const before = this.#receiver;
      this.#receiver = null;
      await before?.stop(true);
    }
    await this.#enter();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#again);
    this.#sender.stop();
    this.#agent?.stop();
    // Without a job that waits, a later one is not to get what comes meanwhile; a bridge that ends is followed by another.
    await Promise.all([this.#leases.stop(), this.#receiver?.stop(!this.#isWaiting)]);
    if (!this.#isNeeded && this.#connection.conf.fleet === 'off')
      await this.#change((hosts) => hosts.remove(this.#connection.conf.host));
    await this.#connection.close();
  }

  /** Whether a job needs the cluster: else the source runs for other hosts alone. */
  get #isNeeded(): boolean {
    return this.#context.operands().length > 0;
  }

  /** Whether a job waits for events. One that has a lease, or sends events, has no use for those of others. */
  get #isWaiting(): boolean {
    return this.#context.operands().some(isForEvents);
  }

  #receive(): void {
    const { log } = this.#context;
    const troubled = (reason: string | null): void => this.#troubled(reason);
    const parts = { connection: this.#connection, log, troubled };
    this.#receiver = new this.#module.EventReceiver({ ...parts, take: (event) => this.#taker.take(event) });
  }

  #troubled(reason: string | null): void {
    this.#trouble = reason;
    const drained = this.#drain && `this host is drained by ${this.#drain.by}`;
    this.#context.troubled([drained ?? [], reason ?? []].flat().join('; ') || null);
  }

  /** What waits for a lease says so, too. */
  #drained(drain: Drain | null): void {
    const { log } = this.#context;
    if (drain && drain.by !== this.#drain?.by) log.warn(`this host is drained by ${drain.by}: it takes no leases`);
    else if (!drain && this.#drain) log.warn('this host is drained no more: it takes leases again');
    this.#drain = drain;
    this.#troubled(this.#trouble);
  }

  /** Answers to other hosts, from the first contact on. */
  async #answer(): Promise<void> {
    const nats = await this.#connection.nats().catch(() => null);
    if (nats === null || this.#isOver) return;
    this.#agent = new this.#module.FleetAgent(nats, this.#connection.conf, new InitOfFleet(this.#context));
  }

  /** Enters this host into the list, by which others know who may answer. */
  #enter(): Promise<void> {
    this.#entering = this.#entering.then(() => this.#enterNow());
    return this.#entering;
  }

  async #enterNow(): Promise<void> {
    clearTimeout(this.#again);
    const { host, labels, fleet } = this.#connection.conf;
    const record = { host, labels, version: VERSION, events: this.#isWaiting, fleet };
    const isDone = await this.#change((hosts) => hosts.enter(record));
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
