/** Syslog over datagrams: a Unix socket, or UDP. */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import type { LogRecord } from '../record.ts';
import { UnixDatagrams } from './datagrams.ts';
import { SendError, type Sender } from './sender.ts';
import { MAX_SYSLOG_TEXT_BYTES, syslogMessage } from './syslog-message.ts';

export class UnixSyslogSender implements Sender {
  readonly maxTextBytes = MAX_SYSLOG_TEXT_BYTES;
  readonly #datagrams: UnixDatagrams;

  /** `helper`: the program unix-datagram; `path`: the receiver's socket. */
  constructor(helper: string, path: string) {
    this.#datagrams = new UnixDatagrams(helper, path);
  }

  send(records: readonly LogRecord[]): Promise<void> {
    const host = hostname();
    return this.#datagrams.send(records.map((record) => syslogMessage(record, host)));
  }

  close(): void {
    this.#datagrams.close();
  }
}

/** So many datagrams fit into what a receiver has by default; it has so long to read them, in milliseconds. */
const BURST = 100;
const BURST_PAUSE_MS = 5;

/** Nothing acknowledges a datagram: it counts as taken when the kernel has it. Only a port that nobody listens at is noticed. */
export class UdpSyslogSender implements Sender {
  readonly maxTextBytes = MAX_SYSLOG_TEXT_BYTES;
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | null = null;
  #failure: Error | null = null;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  async send(records: readonly LogRecord[]): Promise<void> {
    const socket = await this.#connected();
    const host = hostname();
    for (const [taken, record] of records.entries()) {
      if (taken % BURST === BURST - 1) await new Promise((resolve) => setTimeout(resolve, BURST_PAUSE_MS));
      const error = this.#failure ?? (await sent(socket, syslogMessage(record, host)));
      this.#failure = null;
      if (error === null) continue;
      this.close();
      // The kernel reports that of the datagram before.
      throw new SendError(error.message, { taken: Math.max(0, taken - 1) });
    }
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  async #connected(): Promise<Socket> {
    if (this.#socket !== null) return this.#socket;
    const { address, family } = await lookup(this.#host);
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    socket.on('error', (error) => {
      this.#failure = error;
    });
    await new Promise<void>((resolve) => socket.connect(this.#port, address, resolve));
    this.#socket = socket;
    return socket;
  }
}

function sent(socket: Socket, message: Buffer): Promise<Error | null> {
  return new Promise((resolve) => socket.send(message, (error) => resolve(error)));
}
