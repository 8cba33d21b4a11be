/** A client of a daemon, for programs: see packages/protocol/README.md and examples/. */
import { setTimeout as pause } from 'node:timers/promises';
import { Connection, ConnectionError, type ConnectionEvents, DISCONNECTED } from './connection.ts';
import { TimeoutError, UpstartError } from './errors.ts';
import { CLIENT_LIMITS, encodeFrame } from './framing.ts';
import { type AddressEnv, controlSocket, type Scope } from './locate.ts';
import type { Method, Notification, Params, Result } from './messages.ts';
import { hasLiveInit } from './sessions.ts';
import type { CallOptions, UpstartClient } from './upstart-client.ts';

export { ConnectionError };

export interface ConnectOptions {
  /** Which daemon; the session's if there is one unless told otherwise. */
  scope?: Scope;
  /** The environment that says where daemons are; the process's own by default. */
  env?: AddressEnv;
  /** The control socket, instead of what `scope` and `env` say. */
  path?: string;
  /** The name of this program, for the daemon's log. */
  client?: string;
  /** Milliseconds for the daemon to greet back. */
  helloTimeoutMs?: number;
  /**
   * For how many milliseconds a lost connection is tried again, and the first one of a daemon that its init restarts; and the pause between
   * two attempts.
   */
  retryForMs?: number;
  retryPauseMs?: number;
  /** Whether a lost connection is not tried again once the init behind it has ended. */
  endsWithInit?: boolean;
}

const DEFAULTS = { client: 'upstart-client', helloTimeoutMs: 10_000, retryForMs: 30_000, retryPauseMs: 50 } as const;
type Settings = { path: string; endsWithInit: boolean } & {
  -readonly [S in keyof typeof DEFAULTS]: S extends 'client' ? string : number;
};

/** Connects to a daemon, waiting for one that its init restarts. Rejects with `AddressError`, `ConnectionError` or `unsupported-version`. */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  const path = options.path ?? controlSocket(options.scope ?? 'default', options.env ?? process.env);
  const client = new Client({
    path,
    client: options.client ?? DEFAULTS.client,
    helloTimeoutMs: options.helloTimeoutMs ?? DEFAULTS.helloTimeoutMs,
    retryForMs: options.retryForMs ?? DEFAULTS.retryForMs,
    retryPauseMs: options.retryPauseMs ?? DEFAULTS.retryPauseMs,
    endsWithInit: options.endsWithInit ?? false,
  });
  await client.begin();
  return client;
}

/** Whether a daemon that is being replaced may have refused: its socket is there, and nothing listens. */
function mayBeReplaced(error: unknown, path: string): boolean {
  return error instanceof ConnectionError && REPLACED.has(error.code) && hasLiveInit(path);
}

/** Nothing listens, or it ended before it greeted. */
const REPLACED: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ECONNRESET']);

interface PendingCall {
  readonly frame: Buffer;
  readonly repeatable: boolean;
  readonly timer: NodeJS.Timeout | undefined;
  sent: boolean;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Watcher {
  notify(notification: Notification): void;
  ended?: ((reason: Error | null) => void) | undefined;
}

/**
 * Calls made with a key outlive the connection: when it is lost, the client reconnects and sends them again under
 * the same key, so that waits outlive a restart of the daemon. Watching continues as well: what happened in between is not reported,
 * so watchers get `restarted`. Calls without a key that were under way are rejected, since it is unknown whether they were carried out.
 */
export class Client implements UpstartClient, ConnectionEvents {
  readonly #settings: Settings;
  readonly #pending = new Map<number, PendingCall>();
  readonly #watchers: Watcher[] = [];
  #connection: Connection | null = null;
  #reconnecting = false;
  #closed = false;
  #lastId = 0;
  /** The id of the last `watch` that was sent for a connection that was lost. */
  #watchId = 0;
  #hello: Result<'hello'> | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** The daemon's greeting at the last connection. */
  get hello(): Result<'hello'> {
    return this.#hello as Result<'hello'>;
  }

  /** The first connection. */
  async begin(): Promise<void> {
    const { path, retryForMs } = this.#settings;
    const deadlineMs = performance.now() + retryForMs;
    while (this.#connection === null && !this.#closed)
      await this.#attempt((error) => mayBeReplaced(error, path) && performance.now() < deadlineMs);
  }

  /** One attempt to connect. */
  async open(): Promise<void> {
    const { path, client, helloTimeoutMs } = this.#settings;
    const connection = await Connection.open(path, { client, timeoutMs: helloTimeoutMs }, this);
    this.#hello = connection.hello;
    if (this.#closed) connection.close();
    else this.#connection = connection;
  }

  call<M extends Method>(method: M, params: Params<M>, options: CallOptions = {}): Promise<Result<M>> {
    if (this.#closed) return Promise.reject(new ConnectionError('The client is closed'));
    const { key, timeoutMs } = options;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const frame = encodeFrame({ id, method, params, key }, CLIENT_LIMITS);
      const giveUp = (afterMs: number): void => {
        this.#pending.delete(id);
        reject(new TimeoutError(method, afterMs));
      };
      this.#pending.set(id, {
        frame,
        repeatable: key !== undefined,
        timer: timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs, timeoutMs),
        sent: false,
        resolve: resolve as (result: unknown) => void,
        reject,
      });
      if (this.#connection === null) void this.#reconnect();
      else this.#flush(this.#connection);
    });
  }

  async watch(listener: (notification: Notification) => void, ended?: (reason: Error | null) => void): Promise<void> {
    const watcher: Watcher = { notify: listener, ended };
    this.#watchers.push(watcher);
    try {
      await this.call('watch', {});
    } catch (error) {
      const index = this.#watchers.indexOf(watcher);
      if (index >= 0) this.#watchers.splice(index, 1);
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
    this.#connection = null;
    this.#end(new ConnectionError('The client is closed'), null);
  }

  answer(id: number, result: unknown): void {
    // Watchers miss nothing from here on, and can look for earlier changes.
    if (id === this.#watchId) this.notification({ event: 'restarted' });
    this.#take(id)?.resolve(result);
  }

  refusal(id: number, error: UpstartError): void {
    this.#take(id)?.reject(error);
  }

  notification(notification: Notification): void {
    for (const watcher of [...this.#watchers]) watcher.notify(notification);
  }

  lost(): void {
    this.#connection = null;
    if (this.#closed) return;
    for (const [id, call] of this.#pending) {
      if (call.repeatable || !call.sent) call.sent = false;
      else this.#take(id)?.reject(new ConnectionError(DISCONNECTED));
    }
    if (this.#pending.size > 0 || this.#watchers.length > 0) void this.#reconnect();
  }

  /** Removes and returns a call that waits. */
  #take(id: number): PendingCall | undefined {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(call?.timer);
    return call;
  }

  #flush(connection: Connection): void {
    for (const call of this.#pending.values()) {
      if (call.sent) continue;
      call.sent = true;
      connection.send(call.frame);
    }
  }

  async #reconnect(): Promise<void> {
    if (this.#reconnecting) return;
    this.#reconnecting = true;
    const { path, retryForMs, endsWithInit } = this.#settings;
    const deadlineMs = performance.now() + retryForMs;
    const mayComeBack = (): boolean => !endsWithInit || hasLiveInit(path);
    try {
      while (this.#connection === null && !this.#closed)
        await this.#attempt(
          (error) => !(error instanceof UpstartError) && performance.now() < deadlineMs && mayComeBack(),
        );
    } catch (error) {
      this.#end(error as Error, error as Error);
    } finally {
      this.#reconnecting = false;
    }
    const connection = this.#connection as Connection | null;
    if (connection === null) return;
    // Sent before the calls that wait, so that what these cause is reported.
    if (this.#watchers.length > 0) {
      this.#watchId = ++this.#lastId;
      connection.send(encodeFrame({ id: this.#watchId, method: 'watch', params: {} }, CLIENT_LIMITS));
    }
    this.#flush(connection);
  }

  /** Tries to connect. Waits after a failure that is temporary, throws any other. */
  async #attempt(isTemporary: (error: unknown) => boolean): Promise<void> {
    try {
      await this.open();
    } catch (error) {
      if (!isTemporary(error)) throw error;
      await pause(this.#settings.retryPauseMs);
    }
  }

  /** The connection has ended: rejects pending calls and notifies watchers. */
  #end(error: Error, reason: Error | null): void {
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(error);
    for (const watcher of this.#watchers.splice(0)) watcher.ended?.(reason);
  }
}
