/** The leases that jobs of this init want or have: the keeper gets them, init gets what comes of it (docs/cluster.md). */
import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterConnection, Drain, Granted, LeaseKeeper, LeaseUser } from '@upstart/cluster';
import { type ErrorCode, type LeaseMethods, type Notification, type Params, UpstartError } from '@upstart/protocol';
import { textOf } from '../../errors.ts';
import type { SourceContext } from '../../source.ts';
import { Complaints } from './complaints.ts';

type Start = Pick<typeof import('@upstart/cluster'), 'startLeases' | 'watchDrain'>;

/** How long init may take for an answer: then the keeper continues without it. */
const ANSWER_MS = 2000;
/** At the end: how long it may take for others to get what init has given back; and init's part of that, for its last word. */
const RETURN_MS = 3000;
const LAST_WORD_MS = 500;

const CHANGES: ReadonlySet<Notification['event']> = new Set(['lease-wanted', 'lease-returned', 'restarted']);

const REFUSALS: Readonly<Partial<Record<ErrorCode, Granted>>> = {
  'unknown-lease': 'gone',
  'lease-expired': 'expired',
};

export class Leases {
  readonly #context: Pick<SourceContext, 'client' | 'log'>;
  readonly #keeper: LeaseKeeper;
  readonly #watchDrain: () => () => void;
  /** Ends the watch, which begins with the first lease. */
  #endWatch: (() => void) | null = null;
  #isOver = false;
  /** The list is being asked for; it is asked for again when something has changed meanwhile. */
  #isAsking = false;
  #isStale = false;
  readonly #complaints: Complaints;

  /** `drained` gets who has drained this host, and null when nobody has (any more). */
  constructor(
    context: Pick<SourceContext, 'client' | 'log'>,
    { startLeases, watchDrain }: Start,
    connection: ClusterConnection,
    drained: (drain: Drain | null) => void,
  ) {
    this.#context = context;
    this.#complaints = new Complaints(context.log);
    const user: LeaseUser = {
      grant: (lease, grant, done) => void this.#call('grantLease', { lease, ...grant }).then(done),
      end: (lease, handOver, reason) => void this.#call('endLease', { lease, handOver, reason }),
      tell: (lease, holder) => void this.#call('tellLeaseHolder', { lease, holder }),
    };
    this.#watchDrain = () =>
      watchDrain(connection, (drain) => {
        drained(drain);
        this.#keeper.drain(drain?.by ?? null);
      });
    this.#keeper = startLeases(connection, user, (reason) => this.#storeFailed(reason));
  }

  /** Begins to follow what init wants. */
  async begin(): Promise<void> {
    try {
      await this.#context.client.watch((notification) => {
        // Init may end right behind it, and answer nothing any more.
        if (notification.event === 'lease-returned') this.#keeper.returned(notification.lease);
        if (CHANGES.has(notification.event)) this.#look();
      });
    } catch (error) {
      if (!this.#isOver) this.#context.log.warn(`Unable to follow leases: ${textOf(error)}`);
    }
    this.#look();
  }

  /** Others get what init has given back. The rest it has up to the deadlines; the next bridge renews it. */
  async stop(): Promise<void> {
    this.#isOver = true;
    this.#endWatch?.();
    const returned = new Promise<void>((resolve) => this.#keeper.retire(resolve));
    void this.#hearLastWord();
    await Promise.race([returned, pause(RETURN_MS, undefined, { ref: false })]);
    this.#keeper.stop();
  }

  /** What init has given back before is heard before its answer, or before the end of the connection. */
  async #hearLastWord(): Promise<void> {
    const list = await this.#context.client.call('leases', {}, { timeoutMs: LAST_WORD_MS }).catch(() => null);
    if (list) this.#keeper.update(list);
    // Where all processes are asked to end at one time, jobs stop now.
    if (!list?.some(({ state }) => state === 'ending')) this.#keeper.leave();
  }

  async #call<M extends Exclude<keyof LeaseMethods, 'leases'>>(method: M, params: Params<M>): Promise<Granted> {
    try {
      await this.#context.client.call(method, params, { timeoutMs: ANSWER_MS });
      return 'ok';
    } catch (error) {
      // Init knows something that the keeper does not.
      this.#look();
      return error instanceof UpstartError ? (REFUSALS[error.code] ?? 'unknown') : 'unknown';
    }
  }

  #look(): void {
    this.#isStale = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.#update();
  }

  async #update(): Promise<void> {
    while (this.#isStale && !this.#isOver) {
      this.#isStale = false;
      try {
        const list = await this.#context.client.call('leases', {});
        if (this.#isOver) return;
        if (list.length > 0) this.#endWatch ??= this.#watchDrain();
        this.#keeper.update(list);
      } catch (error) {
        if (!this.#isOver) this.#context.log.warn(`Unable to ask for leases: ${textOf(error)}`);
      }
    }
    this.#isAsking = false;
  }

  /** Without a connection the source says so itself. */
  #storeFailed(reason: string | null): void {
    if (reason !== null && !this.#isOver) this.#complaints.add(`Unable to keep leases: ${reason}; trying again`);
  }
}
