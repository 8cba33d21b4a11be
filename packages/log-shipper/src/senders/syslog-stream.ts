/** Syslog over TCP or TLS, each message behind its length (RFC 6587 §3.4.1, RFC 5425). */
import { readFileSync } from 'node:fs';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { LogRecord } from '../record.ts';
import { SendError, type Sender } from './sender.ts';
import { MAX_SYSLOG_TEXT_BYTES, syslogMessage } from './syslog-message.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;
/** The protocol acknowledges nothing. What was sent so shortly before a connection is lost is sent again, up to so many bytes. */
const UNSURE_MS = 5000;
const MAX_UNSURE_BYTES = 4 * 1024 * 1024;

export interface StreamPlace {
  readonly host: string;
  readonly port: number;
  /** null: no TLS. Paths of PEM files, which are read for each connection. */
  readonly tls: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null } | null;
}

interface Unsure {
  readonly bytes: Buffer;
  readonly atMs: number;
}

export class StreamSyslogSender implements Sender {
  readonly maxTextBytes = MAX_SYSLOG_TEXT_BYTES;
  readonly #place: StreamPlace;
  #socket: Socket | null = null;
  #unsure: Unsure[] = [];
  /** What ends the call that is under way. */
  #fail: (error: Error) => void = () => {};

  constructor(place: StreamPlace) {
    this.#place = place;
  }

  async send(records: readonly LogRecord[]): Promise<void> {
    const host = hostname();
    const bytes = Buffer.concat(
      records.flatMap((record) => {
        const message = syslogMessage(record, host);
        return [Buffer.from(`${message.length} `), message];
      }),
    );
    if (this.#socket === null) {
      this.#socket = await this.#connected();
      for (const unsure of this.#unsure) await this.#write(this.#socket, unsure.bytes);
    }
    await this.#write(this.#socket, bytes);
    this.#remember(bytes);
  }

  close(): void {
    this.#socket?.destroySoon();
    this.#socket = null;
  }

  #write(socket: Socket, bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      socket.write(bytes, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  #remember(bytes: Buffer): void {
    const now = performance.now();
    this.#unsure.push({ bytes, atMs: now });
    let total = this.#unsure.reduce((sum, one) => sum + one.bytes.length, 0);
    while (this.#unsure.length > 1) {
      const [oldest] = this.#unsure as [Unsure];
      if (now - oldest.atMs < UNSURE_MS && total <= MAX_UNSURE_BYTES) break;
      total -= oldest.bytes.length;
      this.#unsure.shift();
    }
  }

  #connected(): Promise<Socket> {
    const { host, port, tls } = this.#place;
    return new Promise((resolve, reject) => {
      const name = host.replace(/^\[(.*)\]$/, '$1');
      const socket =
        tls === null
          ? connectTcp({ host: name, port })
          : connectTls({ host: name, port, ...(isIP(name) === 0 ? { servername: name } : {}), ...filesOf(tls) });
      const timer = setTimeout(() => failed(new SendError('no connection within 10 seconds')), CONNECT_TIMEOUT_MS);
      const failed = (error: Error): void => {
        clearTimeout(timer);
        if (this.#socket === socket) this.#socket = null;
        socket.destroy();
        reject(error);
        this.#fail(error);
      };
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      socket.on('error', failed);
      socket.on('close', () => failed(new SendError('the receiver has closed the connection')));
      // Receivers answer nothing; without a reader their end is not noticed.
      socket.resume();
      socket.once(tls === null ? 'connect' : 'secureConnect', () => {
        clearTimeout(timer);
        resolve(socket);
      });
    });
  }
}

function filesOf({ ca, cert, key }: NonNullable<StreamPlace['tls']>): Record<string, Buffer> {
  const paths = Object.entries({ ca, cert, key }).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(paths.map(([name, path]) => [name, readFileSync(path)]));
}
