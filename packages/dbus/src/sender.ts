/** Writes messages to a socket, within the limits of unread output. */
import type { Socket } from 'node:net';
import type { Notification } from '@upstart/protocol';
import { LIMITS } from './limits.ts';
import { signalMessage } from './signals.ts';
import { encodeMessage } from './wire/codec.ts';
import type { Outgoing } from './wire/message.ts';

const LAST_SERIAL = 0xffff_ffff;

export class Sender {
  readonly #socket: Socket;
  readonly #cutOff: () => void;
  readonly #stalledMs: number | null;
  #serial = 0;
  /** Runs while more output is unread than a client may leave for long. */
  #stall: NodeJS.Timeout | null = null;

  /** Calls `cutOff` for a client that leaves too much output unread, or much of it for longer than `stalledMs`; null: no time limit. */
  constructor(socket: Socket, cutOff: () => void, stalledMs: number | null) {
    this.#socket = socket;
    this.#cutOff = cutOff;
    this.#stalledMs = stalledMs;
    for (const event of ['drain', 'close']) socket.on(event, () => this.#progressed());
  }

  /** The client leaves so much output unread that its requests wait. */
  get isFull(): boolean {
    return this.#socket.writableLength > LIMITS.fullBytes;
  }

  /** Sends the message and returns its serial number. Throws for values that D-Bus cannot carry. */
  send(message: Outgoing): number {
    const serial = this.#nextSerial();
    this.#write(encodeMessage({ ...message, serial }));
    return serial;
  }

  signal(notification: Notification): void {
    const message = signalMessage(notification, this.#nextSerial());
    if (message) this.#write(message);
  }

  #nextSerial(): number {
    this.#serial = this.#serial === LAST_SERIAL ? 1 : this.#serial + 1;
    return this.#serial;
  }

  #write(bytes: Buffer): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    // Sends the messages of one turn together: each piece would wake the client.
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(bytes);
    if (socket.writableLength > LIMITS.unreadBytes) this.#cutOff();
    else if (this.isFull && this.#stalledMs !== null) this.#stall ??= setTimeout(this.#cutOff, this.#stalledMs);
  }

  #progressed(): void {
    if (this.#stall) clearTimeout(this.#stall);
    this.#stall = null;
  }
}
