/** One connection to a daemon: open, greeted, frames in and out. The client handles a lost one. */
import { createConnection, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { systemErrorText } from '@upstart/common';
import { querySocket } from './address.ts';
import { UpstartError, type WireError } from './errors.ts';
import { CLIENT_LIMITS, DAEMON_LIMITS, encodeFrame, FrameDecoder } from './framing.ts';
import { type Notification, PROTOCOL_VERSION, type Result } from './messages.ts';

/** No daemon is there, or it has gone; the message is for users. */
export class ConnectionError extends Error {
  override name = 'ConnectionError';
  /** The system's name for the error: `ECONNREFUSED`, or `ECONNRESET` where the daemon closed the connection before it greeted. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** The text of a call whose answer can no longer come. */
export const DISCONNECTED = 'Connection was disconnected before a reply was received';

/** Checks of the daemon's messages, as far as this side relies on them. */
interface Incoming {
  id?: unknown;
  result?: unknown;
  error?: unknown;
  fd?: unknown;
  notification?: unknown;
}

export interface ConnectionEvents {
  answer(id: number, result: unknown): void;
  refusal(id: number, error: UpstartError): void;
  notification(notification: Notification): void;
  lost(): void;
}

export interface Greeting {
  /** Names this program in the daemon's log. */
  readonly client: string;
  /** Milliseconds for the daemon to answer `hello`. */
  readonly timeoutMs: number;
}

const HELLO_ID = 0;

export class Connection {
  readonly hello: Result<'hello'>;
  readonly #socket: Socket;

  private constructor(socket: Socket, hello: Result<'hello'>) {
    this.#socket = socket;
    this.hello = hello;
  }

  /**
   * Connects to the control socket at `path`, or, for want of permission, to the query socket beside it. Rejects with
   * a `ConnectionError`, or with `unsupported-version` of a daemon that speaks another one.
   */
  static async open(path: string, greeting: Greeting, events: ConnectionEvents): Promise<Connection> {
    let socket: Socket;
    try {
      socket = await openSocket(path, greeting.timeoutMs);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw failed(path, error);
      socket = await openSocket(querySocket(path), greeting.timeoutMs).catch(() => {
        throw failed(path, error);
      });
    }
    const hello = await greet(socket, path, greeting, events);
    return new Connection(socket, hello);
  }

  send(frame: Buffer): void {
    this.#socket.write(frame);
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Milliseconds between two attempts to connect to a daemon that has too many waiting at its door. */
const CROWDED_PAUSE_MS = 20;

/** Connects; while the daemon has more at its door than the kernel queues, it retries, up to `patience` milliseconds. */
async function openSocket(path: string, patience: number): Promise<Socket> {
  for (let left = patience; ; left -= CROWDED_PAUSE_MS) {
    try {
      return await tryToOpen(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || left <= 0) throw error;
      await pause(CROWDED_PAUSE_MS);
    }
  }
}

function tryToOpen(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // Any later error shows as the end of the connection.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

/** Says hello and, once it is answered, hands everything that comes to `events`. */
function greet(socket: Socket, path: string, greeting: Greeting, events: ConnectionEvents): Promise<Result<'hello'>> {
  return new Promise((resolve, reject) => {
    let greeted = false;
    const decoder = new FrameDecoder(DAEMON_LIMITS);
    const giveUp = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
      socket.destroy();
    };
    const timer = setTimeout(() => {
      giveUp(new ConnectionError(`Unable to connect to Upstart: No answer from socket ${path}`));
    }, greeting.timeoutMs);

    const take = (message: unknown): void => {
      const frame = message as Incoming;
      if (greeted) {
        dispatch(frame, events);
      } else if (isWireError(frame.error)) {
        giveUp(toError(frame.error));
      } else {
        greeted = true;
        clearTimeout(timer);
        resolve(frame.result as Result<'hello'>);
      }
    };
    socket.on('data', (chunk: Buffer) => {
      try {
        decoder.push(chunk, take);
      } catch {
        socket.destroy();
      }
    });
    socket.on('close', () => {
      if (greeted) events.lost();
      else {
        const text = `Unable to connect to Upstart: Socket ${path} was closed by the daemon`;
        giveUp(new ConnectionError(text, 'ECONNRESET'));
      }
    });
    socket.write(
      encodeFrame(
        { id: HELLO_ID, method: 'hello', params: { version: PROTOCOL_VERSION, client: greeting.client } },
        CLIENT_LIMITS,
      ),
    );
  });
}

function dispatch(frame: Incoming, events: ConnectionEvents): void {
  if (frame.notification !== undefined) events.notification(frame.notification as Notification);
  else if (typeof frame.id !== 'number' || frame.fd !== undefined) return;
  else if (isWireError(frame.error)) events.refusal(frame.id, toError(frame.error));
  else events.answer(frame.id, frame.result);
}

function isWireError(error: unknown): error is WireError {
  return typeof error === 'object' && error !== null && typeof (error as WireError).text === 'string';
}

function toError(error: WireError): UpstartError {
  return new UpstartError(error.code, error.text);
}

function failed(path: string, error: unknown): ConnectionError {
  return new ConnectionError(
    `Unable to connect to Upstart: Failed to connect to socket ${path}: ${systemErrorText(error)}`,
    (error as NodeJS.ErrnoException).code,
  );
}
