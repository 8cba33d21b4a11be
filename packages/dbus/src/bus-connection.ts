/**
 * A connection to a bus, as the owner of the name `com.ubuntu.Upstart` there (reference: dbus §1.2). The bus decides who may send what
 * by its policy; which caller may change things is decided here again, by the user that the bus names.
 */
import type { Socket } from 'node:net';
import type { Notification, UpstartClient } from '@upstart/protocol';
import { ArrivedFiles, type MessageFile, releaseFiles } from './arrived-files.ts';
import { ClientAuth } from './auth/client-auth.ts';
import { Caller } from './caller.ts';
import { DBusError, failed, limitsExceeded, rejected } from './errors.ts';
import type { GatewayClient, GatewayHost } from './host.ts';
import { LIMITS } from './limits.ts';
import { PendingCalls } from './pending-calls.ts';
import { Sender } from './sender.ts';
import { WireError } from './wire/check-values.ts';
import { type Header, MESSAGE_TYPES, NO_REPLY_EXPECTED, type Value } from './wire/message.ts';
import { type MessageHandler, MessageStream, type Received } from './wire/message-stream.ts';

const NAME = 'com.ubuntu.Upstart';
const BUS = { path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus', destination: 'org.freedesktop.DBus' };
const DO_NOT_QUEUE = 4;
const PRIMARY_OWNER = 1;

export interface BusParts {
  readonly host: GatewayHost;
  /** The user that this process runs as. */
  readonly uid: number;
  /** Another image of init had the name before this one. */
  readonly isRestarted: boolean;
  /** Called once when the connection is over; `owned`: it had the name. */
  ended(owned: boolean): void;
}

/** The bus accepts this process. */
interface Acceptance {
  resolve(): void;
  reject(error: Error): void;
}

export class BusConnection implements MessageHandler {
  readonly #socket: Socket;
  readonly #parts: BusParts;
  readonly #sender: Sender;
  readonly #stream = new MessageStream(this);
  /** null: the bus has agreed. */
  #auth: ClientAuth | null = new ClientAuth();
  #acceptance: Acceptance | null = null;
  /** The bus is to be asked whether descriptors may come. */
  #negotiates = false;
  #isAccepted = false;
  readonly #files = new ArrivedFiles();
  /** Calls of ours. */
  readonly #calls: PendingCalls;
  /** By unique name, which a bus never gives twice; the one that called last comes last. */
  readonly #callers = new Map<string, Caller>();
  #watcher: UpstartClient | null = null;
  #owned = false;

  constructor(socket: Socket, parts: BusParts) {
    this.#socket = socket;
    this.#parts = parts;
    const cutOff = (): void => {
      if (!socket.destroyed) parts.host.log('warn', 'The D-Bus bus leaves too much unread');
      socket.destroy();
    };
    this.#sender = new Sender(socket, cutOff, null);
    this.#calls = new PendingCalls(this.#sender);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('drain', () => {
      for (const caller of this.#callers.values()) void caller.proceed();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#closed());
  }

  /** Resolves when init has its name on the bus. Rejects with the reason, and closes the connection. */
  async join(): Promise<void> {
    const patience = setTimeout(() => this.#socket.destroy(), LIMITS.authenticationMs);
    try {
      this.#negotiates = await this.#parts.host.canReadFiles(this.#socket);
      await new Promise<void>((resolve, reject) => {
        this.#acceptance = { resolve, reject };
        this.#socket.write(ClientAuth.hello(this.#parts.uid));
      });
      await this.#callBus('Hello', '', []);
      const [result] = await this.#callBus('RequestName', 'su', [NAME, DO_NOT_QUEUE]);
      if (result !== PRIMARY_OWNER) {
        this.#parts.host.log('error', 'Name already taken');
        throw failed('Name already taken');
      }
    } catch (error) {
      this.#socket.destroy();
      throw error;
    } finally {
      clearTimeout(patience);
    }
    this.#owned = true;
    const notify = (notification: Notification): void => this.#sender.signal(notification);
    // As in the reference, whoever is on the bus is sent the variables of all events: its policy may say otherwise (dbus §7).
    this.#watcher = this.#parts.host.client(true);
    void this.#watcher.watch(notify);
    if (this.#parts.isRestarted) notify({ event: 'restarted' });
  }

  /** Gives the name up. */
  close(): void {
    this.#socket.destroy();
  }

  message(message: Received): void {
    const files = this.#files.take(message.unixFds);
    if (message.type === MESSAGE_TYPES.call) this.#called({ ...message, files });
    else releaseFiles(files);
    // Only the bus itself answers.
    if (message.sender === BUS.destination) this.#calls.answered(message);
  }

  tooLong(header: Header): void {
    releaseFiles(this.#files.take(header.unixFds));
    if (header.type !== MESSAGE_TYPES.call || header.sender === undefined) return;
    const text = `A message has more than the ${LIMITS.messageBytes} bytes that are allowed`;
    this.#refuse(header, limitsExceeded(text));
  }

  #take(chunk: Buffer, file: MessageFile | null = null): void {
    try {
      if (file) this.#files.push(file);
      const rest = this.#auth ? this.#authenticate(this.#auth, chunk) : chunk;
      if (rest) this.#stream.push(rest);
      if (this.#stream.isBetweenMessages) this.#files.drop();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#parts.host.log('warn', `The D-Bus bus sends nonsense: ${error.message}`);
      this.#socket.destroy();
    }
  }

  #authenticate(auth: ClientAuth, chunk: Buffer): Buffer | null {
    const answer = auth.push(chunk);
    if (!answer) return null;
    const { isWhole, line, rest } = answer;
    if (!this.#isAccepted && !(isWhole && line.startsWith('OK '))) {
      this.#acceptance?.reject(rejected(line));
      return null;
    }
    if (!this.#isAccepted && this.#negotiates) {
      this.#isAccepted = true;
      this.#socket.write('NEGOTIATE_UNIX_FD\r\n');
      return null;
    }
    if (this.#isAccepted && line === 'AGREE_UNIX_FD')
      this.#parts.host.readFiles(this.#socket, (bytes, file) => this.#take(bytes, file)).resume();
    this.#auth = null;
    this.#socket.write('BEGIN\r\n');
    this.#acceptance?.resolve();
    return rest;
  }

  async #callBus(member: string, signature: string, body: readonly Value[]): Promise<readonly Value[]> {
    if (!this.#socket.writable) throw disconnected();
    return this.#calls.call({ ...BUS, member, ...(signature === '' ? {} : { signature, body }) });
  }

  #called(call: Received): void {
    const caller = call.sender === undefined ? null : this.#callerOf(call.sender);
    if (caller && !caller.hasNoRoom) {
      caller.push(call);
      return;
    }
    releaseFiles(call.files);
    const text = caller
      ? `More than ${LIMITS.queuedCalls} calls wait`
      : `More than ${LIMITS.senders} clients have calls in progress`;
    this.#refuse(call, limitsExceeded(text));
  }

  /** Answers a call that is not carried out. */
  #refuse({ flags, serial, sender }: Header, { errorName, message }: DBusError): void {
    if (sender === undefined || (flags & NO_REPLY_EXPECTED) !== 0) return;
    const answer = { type: MESSAGE_TYPES.error, flags: NO_REPLY_EXPECTED, replySerial: serial, destination: sender };
    this.#sender.send({ ...answer, errorName, signature: 's', body: [message] });
  }

  /** null: too many callers have calls in progress. */
  #callerOf(name: string): Caller | null {
    const known = this.#callers.get(name);
    this.#callers.delete(name);
    if (!known && this.#callers.size >= LIMITS.senders && !this.#forgetOne()) return null;
    const caller = known ?? this.#newCaller(name);
    this.#callers.set(name, caller);
    return caller;
  }

  /** Forgets the idle caller that has been silent for longest; false: there is none. */
  #forgetOne(): boolean {
    for (const [name, caller] of this.#callers) if (caller.isIdle) return this.#callers.delete(name);
    return false;
  }

  #newCaller(name: string): Caller {
    return new Caller({
      host: this.#parts.host,
      client: lookedUp(this.#clientOf(name)),
      send: (message) => void this.#sender.send({ ...message, destination: name }),
      isFull: () => this.#sender.isFull,
      advanced: () => {},
    });
  }

  /** A client that may do what the user behind this name may. */
  async #clientOf(name: string): Promise<GatewayClient> {
    const [uid] = await this.#callBus('GetConnectionUnixUser', 's', [name]);
    return this.#parts.host.client(uid === 0 || uid === this.#parts.uid);
  }

  #closed(): void {
    this.#watcher?.close();
    this.#files.drop();
    for (const caller of this.#callers.values()) caller.close();
    this.#acceptance?.reject(disconnected());
    this.#calls.end(disconnected());
    this.#parts.ended(this.#owned);
  }
}

const disconnected = (): DBusError =>
  new DBusError('org.freedesktop.DBus.Error.Disconnected', 'The bus has closed the connection');

/** A client that is known later: its calls wait for that, in their order. */
function lookedUp(client: Promise<GatewayClient>): GatewayClient {
  client.catch(() => {});
  return {
    call: async (method, params, options) => (await client).call(method, params, options),
    emitWithFile: async (params, file) => (await client).emitWithFile(params, file),
    watch: async (listener, ended) => (await client).watch(listener, ended),
    close: () => void client.then((known) => known.close()),
  };
}
