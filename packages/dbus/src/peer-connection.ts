/** A client on a private socket: authentication, calls in, answers and all signals out (reference: dbus §1.1). */
import type { Socket } from 'node:net';
import type { Notification } from '@upstart/protocol';
import { ArrivedFiles, type MessageFile, releaseFiles } from './arrived-files.ts';
import { ServerAuth } from './auth/server-auth.ts';
import { Caller } from './caller.ts';
import { limitsExceeded } from './errors.ts';
import type { FileStream, GatewayClient, GatewayHost } from './host.ts';
import { LIMITS } from './limits.ts';
import { Sender } from './sender.ts';
import { WireError } from './wire/check-values.ts';
import { type Header, MESSAGE_TYPES } from './wire/message.ts';
import { type MessageHandler, MessageStream, type Received } from './wire/message-stream.ts';

/** Keeps notifications since the client connected. */
export interface SignalSource {
  handOver(listener: (notification: Notification) => void): void;
}

export interface PeerParts {
  readonly host: GatewayHost;
  /** The user, by the kernel's credentials; may change things. */
  readonly uid: number;
  /** The daemon, for this client. It is closed with the socket. */
  readonly client: GatewayClient;
  readonly signals: SignalSource;
}

export class PeerConnection implements MessageHandler {
  readonly #socket: Socket;
  readonly #host: GatewayHost;
  readonly #signals: SignalSource;
  readonly #sender: Sender;
  readonly #caller: Caller;
  readonly #stream = new MessageStream(this);
  readonly #files = new ArrivedFiles();
  /** The source of messages: with descriptors, once that was negotiated. */
  #source: Pick<FileStream, 'pause' | 'resume'>;
  /** null: the client is authenticated. */
  #auth: ServerAuth | null;
  readonly #patience: NodeJS.Timeout;

  constructor(socket: Socket, { host, uid, client, signals }: PeerParts, guid: string) {
    this.#socket = socket;
    this.#source = socket;
    this.#host = host;
    this.#signals = signals;
    this.#auth = new ServerAuth(uid, guid, host.takesFiles);
    const cutOff = (): void => this.#cutOff('A D-Bus client that leaves too much unread is cut off', 'warn');
    this.#sender = new Sender(socket, cutOff, LIMITS.stalledMs);
    this.#caller = new Caller({
      host,
      client,
      send: (message) => void this.#sender.send(message),
      isFull: () => this.#sender.isFull,
      advanced: () => this.#steer(),
    });
    this.#patience = setTimeout(() => this.#cutOff('A D-Bus client did not authenticate'), LIMITS.authenticationMs);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('drain', () => void this.#caller.proceed());
    // A client that disconnects affects no other; `close` follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#closed());
  }

  message(message: Received): void {
    const files = this.#files.take(message.unixFds);
    if (message.type === MESSAGE_TYPES.call) this.#caller.push({ ...withoutSender(message), files });
    else releaseFiles(files);
  }

  tooLong(header: Header): void {
    releaseFiles(this.#files.take(header.unixFds));
    if (header.type !== MESSAGE_TYPES.call) return;
    const text = `A message has more than the ${LIMITS.messageBytes} bytes that are allowed`;
    this.#caller.refuse(withoutSender(header), limitsExceeded(text));
  }

  #take(chunk: Buffer, file: MessageFile | null = null): void {
    try {
      if (file) this.#files.push(file);
      const rest = this.#auth ? this.#authenticate(this.#auth, chunk) : chunk;
      if (rest) this.#stream.push(rest);
      if (this.#stream.isBetweenMessages) this.#files.drop();
      this.#steer();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#cutOff(`A D-Bus client is cut off: ${error.message}`);
    }
  }

  /** The first bytes of messages; null: none have arrived. */
  #authenticate(auth: ServerAuth, chunk: Buffer): Buffer | null {
    const step = auth.push(chunk);
    if (auth.takesFiles && this.#source === this.#socket) this.#readFiles();
    if (step.answer !== '') this.#socket.write(step.answer);
    if (step.state === 'failed') this.#cutOff(`A D-Bus client is cut off: ${step.reason}`);
    if (step.state !== 'begun') return null;
    this.#auth = null;
    clearTimeout(this.#patience);
    this.#signals.handOver((notification) => this.#sender.signal(notification));
    return step.rest;
  }

  /** Before this is answered: descriptors may come right after that. */
  #readFiles(): void {
    this.#source = this.#host.readFiles(this.#socket, (chunk, file) => this.#take(chunk, file));
  }

  /** Continues reading if there is room. */
  #steer(): void {
    if (this.#caller.hasNoRoom) this.#source.pause();
    else this.#source.resume();
  }

  #cutOff(why: string, priority: 'info' | 'warn' = 'info'): void {
    if (this.#socket.destroyed) return;
    this.#host.log(priority, why);
    this.#socket.destroy();
  }

  #closed(): void {
    clearTimeout(this.#patience);
    this.#caller.close();
    this.#files.drop();
  }
}

/** The message without its field `sender`: a private socket has no bus that vouches for it. */
function withoutSender<H extends Header>(header: H): H {
  const { sender: _, ...rest } = header;
  return rest as H;
}
