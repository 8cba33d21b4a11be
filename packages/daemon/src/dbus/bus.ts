/**
 * The bus on which init has its name. Process 1 connects to the system bus at start-up and at SIGUSR1; a session connects to the bus that a
 * client names. Init does not reconnect by itself when a bus goes away (reference: dbus §1.2).
 */
import { type ConnectByInit, connectToBus } from '@upstart/dbus/connect-to-bus';
import { upstartError } from '@upstart/protocol';
import type { DBusHost } from './host.ts';
import { type BusConnection, loadGateway } from './load.ts';

export { SYSTEM_BUS } from '@upstart/dbus/connect-to-bus';

export interface BusOptions {
  readonly host: DBusHost;
  /** The address of the system bus; null: this init belongs to a session, or stays off the bus. */
  readonly systemAddress: string | null;
  readonly connectByInit: ConnectByInit;
  /** There was a daemon before this one. */
  readonly isRestarted: boolean;
}

export class DBusBus {
  readonly #options: BusOptions;
  #connection: BusConnection | null = null;
  /** The attempt in progress. */
  #joining: Promise<void> | null = null;
  #closed = false;

  constructor(options: BusOptions) {
    this.#options = options;
  }

  get isJoined(): boolean {
    return this.#connection !== null;
  }

  /**
   * Connects to the system bus, or to the one that a client of this session has named (`notified`). Failures are not logged: usually there
   * is no bus yet.
   */
  start(notified: string | null): void {
    const address = this.#options.systemAddress ?? notified;
    if (address !== null) this.#join(address).catch(() => {});
  }

  /** SIGUSR1: connects to the system bus, unless init is connected. */
  reconnect(): void {
    const { systemAddress, host } = this.#options;
    if (systemAddress === null || this.#connection || this.#joining) return;
    host.log('info', 'Reconnecting to D-Bus system bus');
    this.#join(systemAddress).catch((error: Error) =>
      host.log('warn', `Unable to connect to the D-Bus system bus: ${error.message}`),
    );
  }

  /** A client names a bus. Ignored by a session that is connected to one. Rejects with an `UpstartError`. */
  async notified(address: string): Promise<void> {
    if (!this.#connection) await (this.#joining ?? this.#join(address));
  }

  /** Gives up the name permanently. */
  close(): void {
    this.#closed = true;
    this.#connection?.close();
  }

  #join(address: string): Promise<void> {
    this.#joining = this.#connect(address).finally(() => {
      this.#joining = null;
    });
    return this.#joining;
  }

  async #connect(address: string): Promise<void> {
    const { host, systemAddress, isRestarted, connectByInit } = this.#options;
    const socket = await connectToBus(address, connectByInit);
    const uid = process.geteuid?.() ?? 0;
    const ended = (owned: boolean): void => {
      this.#connection = null;
      if (owned && !this.#closed)
        host.log('warn', `Disconnected from ${systemAddress === null ? 'notified D-Bus bus' : 'D-Bus system bus'}`);
    };
    try {
      const { joinBus } = await loadGateway();
      const parts = { host, uid, isRestarted, ended };
      this.#connection = await joinBus(socket, parts);
    } catch (error) {
      socket.destroy();
      throw upstartError('bus-unavailable', (error as Error).message);
    }
    if (this.#closed) this.#connection.close();
  }
}
