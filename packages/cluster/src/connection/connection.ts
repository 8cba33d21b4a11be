/**
 * The connection of a host to the servers of its cluster. It is tried for ever, with backoff, and outlives servers and networks: what uses it
 * is notified when it is there and when it is not. A state is logged once, however many attempts there are.
 */
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { ClusterConf } from '../conf/cluster-conf.ts';
import { Subjects } from '../subjects/subjects.ts';
import { explained, trustOptions } from './credentials.ts';
import { whyUnsafe } from './servers.ts';
import { Sockets } from './sockets.ts';

/** The pause before another attempt: twice as long each time, up to the last, less up to a half at random. */
export const FIRST_PAUSE_MS = 250;
export const LAST_PAUSE_MS = 5000;
/** The longest time of one attempt. */
const ATTEMPT_MS = 5000;
/** A server that does not answer so many pings in a row is gone: a network may lose a connection without a word. */
const PING_MS = 5000;
const MAX_PINGS_OUT = 2;
/** How long the last messages may take to leave at the end. */
const DRAIN_MS = 2000;

export interface ConnectionLog {
  info(text: string): void;
  warn(text: string): void;
}

/** Called with true when the servers can be reached (again), with false when they cannot be reached (any more). */
export type ContactListener = (isConnected: boolean) => void;

export class ClusterConnection {
  readonly conf: ClusterConf;
  readonly #log: ConnectionLog;
  /** The name of the connection at the servers, for administrators. */
  readonly #name: string;
  readonly #attemptMs: number;
  readonly #listeners = new Set<ContactListener>();
  #nats: NatsConnection | null = null;
  #isConnected = false;
  #isOver = false;
  #reason: string | null = null;
  #attempts = 0;
  /** Why the servers were last said to be unsafe. */
  #warned: string | null = null;
  #wake: () => void = () => {};
  readonly #sockets = new Sockets();
  readonly #first: Promise<NatsConnection>;
  #resolveFirst: (nats: NatsConnection) => void = () => {};
  #rejectFirst: (error: Error) => void = () => {};

  /** `name`: what is seen of it at the servers. Attempts begin at once, and are given up after `attemptMs` each. */
  constructor(conf: ClusterConf, log: ConnectionLog, name: string, attemptMs = ATTEMPT_MS) {
    this.conf = conf;
    this.#log = log;
    this.#name = `${name} ${conf.host}`;
    this.#attemptMs = attemptMs;
    this.#first = new Promise((resolve, reject) => {
      this.#resolveFirst = resolve;
      this.#rejectFirst = reject;
    });
    // It may end before anything waits.
    this.#first.catch(() => {});
    void this.#begin();
  }

  /** The client of the servers. It stays the same over reconnections. Resolves with the first contact, and rejects after `close`. */
  nats(): Promise<NatsConnection> {
    return this.#first;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Why there is no contact; null: there is. */
  get reason(): string | null {
    return this.#isConnected ? null : this.#reason;
  }

  /** Has `listener` called at each change, and now unless the first attempt is still under way. The value ends that. */
  onContact(listener: ContactListener): () => void {
    this.#listeners.add(listener);
    if (this.#isConnected || this.#reason !== null) listener(this.#isConnected);
    return () => void this.#listeners.delete(listener);
  }

  /** Ends it: what has been sent leaves first, if the servers take it within two seconds. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wake();
    this.#rejectFirst(new Error('the connection to the cluster was closed'));
    const nats = this.#nats;
    if (!nats) return this.#sockets.end();
    if (this.#isConnected) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, DRAIN_MS);
      });
      await Promise.race([nats.drain().catch(() => {}), late]);
      clearTimeout(timer);
    }
    await nats.close();
    this.#sockets.end();
  }

  async #begin(): Promise<void> {
    while (!this.#isOver) {
      try {
        const options = {
          ...trustOptions(this.conf),
          ...{ servers: [...this.conf.servers], name: this.#name, timeout: this.#attemptMs },
          ...{
            pingInterval: PING_MS,
            maxPingOut: MAX_PINGS_OUT,
            inboxPrefix: new Subjects(this.conf.cluster).inbox(this.conf.host),
          },
          ...{
            maxReconnectAttempts: -1,
            ignoreAuthErrorAbort: true,
            reconnectDelayHandler: () => this.#beforeAttempt(),
          },
        };
        const nats = await this.#sockets.of(() => connect(options));
        if (this.#isOver) return void nats.close();
        this.#nats = nats;
        void this.#follow(nats);
        this.#found();
        this.#resolveFirst(nats);
        return;
      } catch (error) {
        this.#sockets.close();
        this.#lost(explained(textOf(error), this.conf));
        this.#attempts += 1;
        await this.#pause(this.#pauseMs());
      }
    }
  }

  /** Follows what the client says of its connection, to its end. */
  async #follow(nats: NatsConnection): Promise<void> {
    for await (const status of nats.status()) {
      if (this.#isOver) break;
      if (status.type === 'disconnect') this.#lost('the connection was lost');
      else if (status.type === 'reconnecting') this.#attempts += 1;
      else if (status.type === 'reconnect') this.#found();
      else if (status.type === 'error' && !this.#isConnected) this.#lost(status.error.message);
    }
  }

  #found(): void {
    const was = this.#reason;
    this.#attempts = 0;
    this.#reason = null;
    this.#isConnected = true;
    const text = `cluster ${this.conf.cluster}: connected to ${this.#nats?.getServer()} as ${this.conf.host}`;
    if (was === null) this.#log.info(text);
    else this.#log.warn(text);
    this.#warn();
    for (const listener of this.#listeners) listener(true);
  }

  /** The reason is logged once. */
  #warn(): void {
    const info = this.#nats?.info;
    const why = info ? whyUnsafe(info) : null;
    if (why !== null && why !== this.#warned) this.#log.warn(`cluster ${this.conf.cluster}: ${why}`);
    this.#warned = why;
  }

  #lost(reason: string): void {
    const isNew = this.#reason === null;
    this.#reason = reason;
    this.#isConnected = false;
    if (!isNew) return;
    const servers = this.conf.servers.join(', ');
    this.#log.warn(`cluster ${this.conf.cluster}: no connection to ${servers}: ${reason}; trying again`);
    for (const listener of this.#listeners) listener(false);
  }

  /** The client asks for the pause before it makes the next socket. */
  #beforeAttempt(): number {
    this.#sockets.close();
    return this.#pauseMs();
  }

  #pauseMs(): number {
    const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(this.#attempts, 16), LAST_PAUSE_MS);
    return longestMs * (0.5 + Math.random() / 2);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const textOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== message ? `${message}: ${cause.message}` : message;
};
