/** Turns the bytes of a connection into messages, in time linear in their bytes and within bounds. */

import type { MessageFile } from '../arrived-files.ts';
import { LIMITS, SPECIFIED } from '../limits.ts';
import { WireError } from './check-values.ts';
import { announcedBytes, checkBody, decodeBody, decodeHeader, FIXED_HEADER_BYTES } from './codec.ts';
import type { Header, Value } from './message.ts';

export interface Received extends Header {
  /** Its length. */
  readonly bytes: number;
  /** Decodes the arguments, which were checked. Throws for a variant with a descriptor. */
  args(): readonly Value[];
  /** The descriptors that have come with it. */
  readonly files?: readonly MessageFile[];
}

export interface MessageHandler {
  message(message: Received): void;
  /** Skips a message that is too long. */
  tooLong(header: Header): void;
}

/** The known part of the message that is being received. */
interface Pending {
  readonly headerBytes: number;
  readonly totalBytes: number;
  /** All of it, or of one that is too long its header; null: not even that is kept. */
  readonly kept: Buffer | null;
}

export class MessageStream {
  readonly #handler: MessageHandler;
  readonly #messageBytes: number;
  readonly #start = Buffer.alloc(FIXED_HEADER_BYTES);
  #pending: Pending | null = null;
  /** Bytes received of the message. */
  #received = 0;

  /** A message of more than `messageBytes` is too long. */
  constructor(handler: MessageHandler, messageBytes: number = LIMITS.messageBytes) {
    this.#handler = handler;
    this.#messageBytes = messageBytes;
  }

  /** No message is under way. */
  get isBetweenMessages(): boolean {
    return this.#received === 0;
  }

  /** How many bytes are kept for a message that is not complete. */
  get held(): number {
    return this.#pending?.kept?.length ?? 0;
  }

  /** Takes the next chunk. Throws `WireError` at the first bad message; the stream is of no use then. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) at += this.#pending ? this.#takeRest(chunk, at) : this.#takeStart(chunk, at);
  }

  #takeStart(chunk: Buffer, at: number): number {
    const part = chunk.subarray(at, at + FIXED_HEADER_BYTES - this.#received);
    this.#start.set(part, this.#received);
    this.#received += part.length;
    if (this.#received === FIXED_HEADER_BYTES) this.#begin();
    return part.length;
  }

  #begin(): void {
    const { header, body } = announcedBytes(this.#start);
    const totalBytes = header + body;
    if (totalBytes > SPECIFIED.messageBytes) throw new WireError('a message is longer than D-Bus allows');
    const isWhole = totalBytes <= this.#messageBytes;
    const kept = isWhole || header <= LIMITS.headerBytes ? Buffer.allocUnsafe(isWhole ? totalBytes : header) : null;
    if (kept) this.#start.copy(kept);
    this.#pending = { headerBytes: header, totalBytes, kept };
    if (totalBytes === FIXED_HEADER_BYTES) this.#deliver(this.#pending);
  }

  #takeRest(chunk: Buffer, at: number): number {
    const pending = this.#pending as Pending;
    const part = chunk.subarray(at, at + pending.totalBytes - this.#received);
    // Bytes beyond the buffer belong to a message that is too long.
    if (pending.kept && this.#received < pending.kept.length)
      part.copy(pending.kept, this.#received, 0, pending.kept.length - this.#received);
    this.#received += part.length;
    if (this.#received === pending.totalBytes) this.#deliver(pending);
    return part.length;
  }

  #deliver({ headerBytes, totalBytes, kept }: Pending): void {
    this.#pending = null;
    this.#received = 0;
    if (!kept) return;
    const header = decodeHeader(kept, headerBytes);
    if (kept.length < totalBytes) {
      this.#handler.tooLong(header);
      return;
    }
    checkBody(kept, header, headerBytes);
    this.#handler.message({ ...header, bytes: totalBytes, args: () => decodeBody(kept, header, headerBytes) });
  }
}
