/** A connection to a bus as a client: calls methods of one service there. */
import type { Socket } from 'node:net';
import { ConnectionError, DISCONNECTED } from '@upstart/protocol';
import { ClientAuth } from '../auth/client-auth.ts';
import { failed, invalidReply, noReply, rejected } from '../errors.ts';
import { LIMITS, SPECIFIED } from '../limits.ts';
import { PendingCalls } from '../pending-calls.ts';
import { Sender } from '../sender.ts';
import { WireError } from '../wire/check-values.ts';
import { type Header, MESSAGE_TYPES, type Value } from '../wire/message.ts';
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
  /** The types of the answer; by default it has none. */
  readonly answer?: string;
  /** The answer comes when a job or an event has got there: it may take any time. */
  readonly isPatient?: boolean;
}

/** A signal that the bus sends. */
export type BusSignal = Received;

/** Receives what a bus sends besides answers. */
export interface BusEvents {
  signal(signal: BusSignal): void;
  /** No more comes. */
  ended(): void;
}

/** The bus accepts this process. */
interface Acceptance {
  resolve(): void;
  reject(error: Error): void;
}

export class BusCaller implements MessageHandler {
  readonly #socket: Socket;
  readonly #destination: string;
  readonly #events: BusEvents | null;
  readonly #calls: PendingCalls;
  /** Answers may be as long as D-Bus allows, as with libdbus. */
  readonly #stream = new MessageStream(this, SPECIFIED.messageBytes);
  /** null: the bus has accepted. */
  #auth: ClientAuth | null = new ClientAuth();
  #acceptance: Acceptance | null = null;
  /** Why no answers come any more. */
  #end: Error | null = null;

  private constructor(socket: Socket, destination: string, events: BusEvents | null) {
    this.#events = events;
    this.#socket = socket;
    this.#destination = destination;
    this.#calls = new PendingCalls(new Sender(socket, () => socket.destroy(), null));
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#finish(new ConnectionError(DISCONNECTED));
      this.#events?.ended();
    });
  }

  /**
   * Introduces this process, which runs as `uid`, to the bus at the other end of `socket`. Rejects with the reason, which may be that the
   * bus does not answer in time.
   */
  static async open(socket: Socket, uid: number, destination: string, events?: BusEvents): Promise<BusCaller> {
    const caller = new BusCaller(socket, destination, events ?? null);
    const patience = setTimeout(() => caller.#finish(noReply()), LIMITS.answerMs);
    try {
      await new Promise<void>((resolve, reject) => {
        caller.#acceptance = { resolve, reject };
        socket.write(ClientAuth.hello(uid));
      });
      await caller.#call({ path: '/org/freedesktop/DBus', interface: BUS, member: 'Hello', answer: 's' }, BUS);
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(patience);
    }
    return caller;
  }

  /** The answer's arguments. Rejects with a `DBusError`, also when no answer comes in time, or with a `ConnectionError`. */
  async call(called: Called): Promise<readonly Value[]> {
    const answer = this.#call(called, this.#destination);
    if (called.isPatient) return answer;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(noReply()), LIMITS.answerMs);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  close(): void {
    this.#socket.destroy();
  }

  message(message: Received): void {
    if (message.type === MESSAGE_TYPES.signal) this.#events?.signal(message);
    else this.#calls.answered(message);
  }

  tooLong(header: Header): void {
    this.#calls.tooLong(header);
  }

  async #call(called: Called, destination: string): Promise<readonly Value[]> {
    if (this.#end) throw this.#end;
    const { path, interface: name, member, signature = '', body = [], answer = '' } = called;
    const content = signature === '' ? {} : { signature, body };
    const call = { flags: NO_AUTO_START, destination, path, interface: name, member, ...content };
    return this.#calls.call(call, (types) => {
      if (types !== answer) throw invalidReply();
    });
  }

  #take(chunk: Buffer): void {
    try {
      const rest = this.#auth ? this.#authenticate(this.#auth, chunk) : chunk;
      if (rest) this.#stream.push(rest);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#finish(failed(`The D-Bus bus sends nonsense: ${error.message}`));
    }
  }

  /** The first bytes of messages; null: there are none yet. */
  #authenticate(auth: ClientAuth, chunk: Buffer): Buffer | null {
    const answer = auth.push(chunk);
    if (!answer) return null;
    const { isWhole, line, rest } = answer;
    if (!isWhole || !line.startsWith('OK ')) {
      this.#finish(rejected(line));
      return null;
    }
    this.#auth = null;
    this.#socket.write('BEGIN\r\n');
    this.#acceptance?.resolve();
    return rest;
  }

  #finish(error: Error): void {
    this.#end ??= error;
    this.#socket.destroy();
    this.#acceptance?.reject(error);
    this.#calls.end(error);
  }
}
