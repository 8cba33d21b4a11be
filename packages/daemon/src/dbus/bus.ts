/**
 * The bus on which init has its name: the system bus for process 1, which looks for it when it starts and at SIGUSR1; for a session the
 * one of which a client notifies it. A bus that goes away is not looked for again by itself (reference: dbus §1.2).
 */
import { upstartError } from '@upstart/protocol';
import { connectToBus } from './bus-address.ts';
import type { DBusHost } from './host.ts';
import { type BusConnection, loadGateway } from './load.ts';

export interface BusOptions {
  readonly host: DBusHost;
  /** The address of the system bus; null: this init belongs to a session, or is not to have a name there. */
  readonly systemAddress: string | null;
  /** There was a daemon before this one. */
  readonly isRestarted: boolean;
}

export class DBusBus {
  readonly #options: BusOptions;
  #connection: BusConnection | null = null;
  /** The attempt that is being made. */
  #joining: Promise<void> | null = null;
  #closed = false;

  constructor(options: BusOptions) {
    this.#options = options;
  }

  get isJoined(): boolean {
    return this.#connection !== null;
  }

  /** Looks without a word for the system bus, or for the one `notified` that a client of this session has named: usually there is none yet. */
  start(notified: string | null): void {
    const address = this.#options.systemAddress ?? notified;
    if (address !== null) this.#join(address).catch(() => {});
  }

  /** SIGUSR1: looks for the system bus again, unless init has its name there. */
  reconnect(): void {
    const { systemAddress, host } = this.#options;
    if (systemAddress === null || this.#connection || this.#joining) return;
    host.log('info', 'Reconnecting to D-Bus system bus');
    this.#join(systemAddress).catch((error: Error) =>
      host.log('warn', `Unable to connect to the D-Bus system bus: ${error.message}`),
    );
  }

  /** A client names a bus. A session that has its name on one ignores that. Rejects with an `UpstartError`. */
  async notified(address: string): Promise<void> {
    if (!this.#connection) await (this.#joining ?? this.#join(address));
  }

  /** Gives the name up, for good. */
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
    const { host, systemAddress, isRestarted } = this.#options;
    const socket = await connectToBus(address);
    const { joinBus } = await loadGateway();
    const uid = process.geteuid?.() ?? 0;
    const ended = (owned: boolean): void => {
      this.#connection = null;
      if (owned && !this.#closed)
        host.log('warn', `Disconnected from ${systemAddress === null ? 'notified D-Bus bus' : 'D-Bus system bus'}`);
    };
    try {
      const parts = { host, uid, isPrivate: systemAddress === null, isRestarted, ended };
      this.#connection = await joinBus(socket, parts);
    } catch (error) {
      throw upstartError('bus-unavailable', (error as Error).message);
    }
    if (this.#closed) this.#connection.close();
  }
}
