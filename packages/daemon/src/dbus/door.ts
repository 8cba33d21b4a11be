/**
 * The entrance of D-Bus clients: the private socket, which the supervisor has bound (its name is abstract, so that it has no mode), and the
 * control socket, which hands their connections over. Admits by what the kernel says of each client: root, and the user that this init
 * belongs to.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { EarlySignals } from './early-signals.ts';
import type { DBusHost } from './host.ts';
import { type Gateway, loadGateway } from './load.ts';

/** Asks the kernel for the peer of a socket, as the supervisor does. */
type PeerFinder = Pick<Supervisor, 'findPeer'>;

/** The most connections, and the most of them whose user is being looked up. Further ones are closed. */
export const MAX_CONNECTIONS = 256;
export const MAX_LOOKUPS = 64;

export class DBusDoor {
  readonly #host: DBusHost;
  readonly #peers: PeerFinder;
  readonly #load: typeof loadGateway;
  readonly #owner = process.geteuid?.() ?? 0;
  readonly #connections = new Set<Socket>();
  #server: Server | null = null;
  #lookups = 0;
  /** Reasons for closing a connection that the log has as a warning. */
  readonly #warned = new Set<string>();

  constructor(host: DBusHost, peers: PeerFinder, load = loadGateway) {
    this.#host = host;
    this.#peers = peers;
    this.#load = load;
  }

  /** Listens at a place, such as a bound descriptor; null: there is none, because its name was taken. */
  listen(place: { path: string } | { fd: number } | null): void {
    if (place === null) {
      this.#host.log('info', 'Unable to listen for private D-Bus connections: the name of the socket is taken');
      return;
    }
    // Nothing is read before the client is admitted.
    const server = createServer({ pauseOnConnect: true }, (socket) => void this.#admit(socket));
    server.on('error', (error) => this.#host.log('error', `Private D-Bus socket: ${error.message}`));
    server.listen(place);
    this.#server = server;
  }

  close(): void {
    this.#server?.close();
    for (const socket of this.#connections) socket.destroy();
  }

  /** Takes over a connection to another socket, of which these bytes were read. */
  admit(socket: Socket, first: Buffer): void {
    socket.pause();
    socket.unshift(first);
    void this.#admit(socket);
  }

  /** `socket` is paused. */
  async #admit(socket: Socket): Promise<void> {
    socket.on('error', () => {});
    const obstacle = this.#obstacle;
    if (obstacle !== null) {
      this.#refuse(socket, obstacle, true);
      return;
    }
    this.#connections.add(socket);
    const client = this.#host.client(true, socket);
    socket.once('close', () => {
      this.#connections.delete(socket);
      client.close();
    });
    const signals = new EarlySignals(client, () =>
      this.#refuse(socket, 'it authenticates slower than events come', true),
    );
    const uid = await this.#lookUp(socket);
    if (uid === null || !(uid === 0 || uid === this.#owner)) {
      this.#refuse(socket, uid === null ? 'its user is not known' : `it is that of user ${uid}`, uid === null);
      return;
    }
    let gateway: Gateway;
    try {
      gateway = await this.#load();
    } catch (error) {
      this.#refuse(socket, `unable to load the gateway: ${(error as Error).message}`, true);
      return;
    }
    if (socket.destroyed) return;
    gateway.servePeer(socket, { host: this.#host, uid, client, signals });
    socket.resume();
  }

  /** The user at the other end; null: unknown. */
  #lookUp(socket: Socket): Promise<number | null> {
    this.#lookups++;
    return new Promise((resolve) => {
      this.#peers.findPeer(socket, (peer) => {
        this.#lookups--;
        resolve(peer?.uid ?? null);
      });
    });
  }

  /** Why no further connection can be admitted now; null: it can. */
  get #obstacle(): string | null {
    if (this.#connections.size >= MAX_CONNECTIONS) return `there are ${MAX_CONNECTIONS} already`;
    return this.#lookups >= MAX_LOOKUPS ? `the users of ${MAX_LOOKUPS} others are being looked up` : null;
  }

  /** Closes a connection. Strangers cannot fill the log: only the first time that it happens for a reason is a warning. */
  #refuse(socket: Socket, why: string, isTrouble: boolean): void {
    if (socket.destroyed) return;
    const isNews = isTrouble && !this.#warned.has(why);
    this.#host.log(isNews ? 'warn' : 'info', `D-Bus connection refused: ${why}`);
    if (isNews) this.#warned.add(why);
    socket.destroy();
  }
}
