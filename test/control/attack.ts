/** Connections of hostile clients, and their effects. */
import { createConnection, type Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { CLIENT_LIMITS, DAEMON_LIMITS, encodeFrame, FrameDecoder } from '../../packages/protocol/src/index.ts';
import { ownMemoryOf } from '../chaos/proc.ts';
import { pause } from '../chaos/session.ts';

export const frame = (message: object): Buffer => encodeFrame(message, CLIENT_LIMITS);
export const HELLO = frame({ id: 0, method: 'hello', params: { version: 1, client: 'hostile' } });
export const LIST = frame({ id: 1, method: 'list', params: {} });
export const WATCH = frame({ id: 2, method: 'watch', params: {} });

/** What one hears that does not greet. It may be this process that stood still for so long, between the connection and its hello. */
export const SILENCE = {
  id: 0,
  error: { code: 'bad-request', text: 'Invalid request: no hello within 10 seconds' },
};

const FRAME = 1024 * 1024;

/** Everything that the daemon says until it closes the connection. */
export function heard(socket: Socket): Promise<unknown[]> {
  const messages: unknown[] = [];
  const decoder = new FrameDecoder(DAEMON_LIMITS);
  socket.on('data', (chunk: Buffer) => decoder.push(chunk, (message) => messages.push(message)));
  return new Promise((resolve) => socket.once('close', () => resolve(messages)));
}

export class Attack {
  readonly daemon: number;
  /** How many connections the daemon has closed. */
  closed = 0;
  /** How much the daemon has grown, at most, in KiB. */
  grown = 0;
  readonly #name: string;
  readonly #path: string;
  readonly #before: number;
  /** The durations of `status` meanwhile, in milliseconds. */
  readonly #took: number[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(name: string, path: string, daemon: number) {
    this.#name = name;
    this.#path = path;
    this.daemon = daemon;
    this.#before = ownMemoryOf(daemon);
  }

  /** A connection that reads only on request. */
  readonly dial = async (...greetings: Buffer[]): Promise<Socket> => {
    const socket = await this.#connect();
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      this.closed++;
    });
    if (greetings.length > 0) socket.write(Buffer.concat(greetings));
    return socket;
  };

  /** A connection whose hello was answered. It reads. */
  readonly greeted = async (): Promise<Socket> => {
    for (;;) {
      const socket = await this.dial(HELLO);
      const decoder = new FrameDecoder(DAEMON_LIMITS);
      const isGreeted = await new Promise((resolve) => {
        const take = (message: unknown): void => resolve('result' in (message as object));
        socket.on('data', (chunk: Buffer) => decoder.push(chunk, take)).once('close', () => resolve(false));
      });
      if (isGreeted) return socket;
    }
  };

  /** The last that the daemon says to one who sends this at once. */
  readonly answer = async (...sent: Buffer[]): Promise<unknown> => {
    for (;;) {
      const last = (await heard(await this.dial(...sent))).at(-1);
      if (!isDeepStrictEqual(last, SILENCE)) return last;
    }
  };

  /** Sends frames of 1 MiB without their ends; resolves once all is sent. */
  async framesWithoutEnd(count: number): Promise<void> {
    const part = Buffer.alloc(FRAME, 0x20);
    part.writeUInt32LE(FRAME, 0);
    for (let i = 0; i < count; i++) {
      const socket = await this.dial(HELLO);
      socket.resume();
      await new Promise((resolve) => {
        socket.write(part, resolve);
        socket.once('close', resolve);
      });
    }
  }

  /** A `status` took so long. */
  note(took: number): void {
    this.#took.push(took);
    this.grown = Math.max(this.grown, ownMemoryOf(this.daemon) - this.#before);
  }

  /** The typical duration of `status`: the median, since other work of this machine may make single ones slow. */
  get typical(): number {
    return [...this.#took].sort((a, b) => a - b)[Math.floor(this.#took.length / 2)] as number;
  }

  report(): void {
    const [typical, slowest] = [this.typical, Math.max(...this.#took)].map((time) => time.toFixed(1));
    const grown = (this.grown / 1024).toFixed(1);
    console.log(`${this.#name}: status in ${typical} ms, at most ${slowest}; daemon grown by at most ${grown} MiB`);
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  /** The kernel refuses for a moment when too many stand at the door. */
  async #connect(): Promise<Socket> {
    for (;;) {
      const socket = createConnection({ path: this.#path });
      const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
        socket.once('connect', () => resolve(null)).once('error', resolve);
      });
      if (error === null) return socket;
      if (error.code !== 'EAGAIN') throw error;
      await pause(5);
    }
  }
}
