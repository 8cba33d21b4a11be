/** A connection to a bus as a client: calls methods of one service there. */
import type { Socket } from 'node:net';
import { ConnectionError, DISCONNECTED } from '@upstart/protocol';
import { ClientAuth } from '../auth/client-auth.ts';
import { failed } from '../errors.ts';
import { PendingCalls } from '../pending-calls.ts';
import { Sender } from '../sender.ts';
import { WireError } from '../wire/check-values.ts';
import type { Header, Value } from '../wire/message.ts';
import { type MessageHandler, MessageStream, type Received } from '../wire/message-stream.ts';

const BUS = 'org.freedesktop.DBus';
/** The bus is not to start the service for the call. */
const NO_AUTO_START = 2;

/** A method of an object, with its arguments and their types. */
export interface Called {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly Value[];
}

/** The bus accepts this process. */
interface Acceptance {
  resolve(): void;
  reject(error: Error): void;
}

export class BusCaller implements MessageHandler {
  readonly #socket: Socket;
  readonly #destination: string;
  readonly #calls: PendingCalls;
  readonly #stream = new MessageStream(this);
  /** null: the bus has accepted. */
  #auth: ClientAuth | null = new ClientAuth();
  #acceptance: Acceptance | null = null;

  private constructor(socket: Socket, destination: string) {
    this.#socket = socket;
    this.#destination = destination;
    this.#calls = new PendingCalls(new Sender(socket, () => socket.destroy(), null));
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.#end(new ConnectionError(DISCONNECTED)));
  }

  /** Introduces this process, which runs as `uid`, to the bus at the other end of `socket`. Rejects with the reason. */
  static async open(socket: Socket, uid: number, destination: string): Promise<BusCaller> {
    const caller = new BusCaller(socket, destination);
    await new Promise<void>((resolve, reject) => {
      caller.#acceptance = { resolve, reject };
      socket.write(ClientAuth.hello(uid));
    });
    await caller.#call({ path: '/org/freedesktop/DBus', interface: BUS, member: 'Hello' }, BUS);
    return caller;
  }

  /** The answer's arguments. Rejects with a `DBusError`, or with a `ConnectionError`. */
  call(called: Called): Promise<readonly Value[]> {
    return this.#call(called, this.#destination);
  }

  close(): void {
    this.#socket.destroy();
  }

  message(message: Received): void {
    this.#calls.answered(message);
  }

  tooLong(header: Header): void {
    this.#calls.tooLong(header);
  }

  async #call(called: Called, destination: string): Promise<readonly Value[]> {
    if (!this.#socket.writable) throw new ConnectionError(DISCONNECTED);
    return this.#calls.call({ flags: NO_AUTO_START, destination, ...called });
  }

  #take(chunk: Buffer): void {
    try {
      const rest = this.#auth ? this.#authenticate(this.#auth, chunk) : chunk;
      if (rest) this.#stream.push(rest);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#end(failed(`The D-Bus bus sends nonsense: ${error.message}`));
      this.#socket.destroy();
    }
  }

  /** The first bytes of messages; null: there are none yet. */
  #authenticate(auth: ClientAuth, chunk: Buffer): Buffer | null {
    const answer = auth.push(chunk);
    if (!answer) return null;
    const { isWhole, line, rest } = answer;
    if (!isWhole || !line.startsWith('OK ')) {
      this.#end(failed(`The bus rejects this process: ${line}`));
      this.#socket.destroy();
      return null;
    }
    this.#auth = null;
    this.#socket.write('BEGIN\r\n');
    this.#acceptance?.resolve();
    return rest;
  }

  #end(error: Error): void {
    this.#acceptance?.reject(error);
    this.#calls.end(error);
  }
}
