/**
 * How a message crosses a socket: its length as a little-endian u32, then one msgpack map. The bytes are plain
 * msgpack (maps with string keys, no extensions), so that any msgpack library can take part; README.md has the page
 * on the wire format.
 */

import { decodeText, encodeText } from '@upstart/common';
import { Packr, Unpackr } from 'msgpackr';
import { countTexts, decodeCommandLine, isCommandLine } from './command-line.ts';
import { checkMessagePack, leadingId, MessagePackError, ValuesExceeded } from './msgpack-check.ts';

/** Limits of one frame, by direction. */
export interface FrameLimits {
  /** The length of a frame's body. */
  readonly bytes: number;
  /** How many values it holds, keys of maps among them: what is small can be many. */
  readonly values: number;
  /** How deep maps and arrays may be nested. */
  readonly depth: number;
  /** Whether a frame may be a command line. */
  readonly commandLines?: boolean;
}
/** Limits for frames from any user of the machine. */
export const CLIENT_LIMITS: FrameLimits = { bytes: 1024 * 1024, values: 131_072, depth: 16, commandLines: true };
/** And from one that may only ask, and is not to keep others waiting. */
export const STRANGER_LIMITS: FrameLimits = { bytes: 64 * 1024, values: 4096, depth: 16, commandLines: true };
/** Limits for frames from the daemon. Conditions with many operators make a message deep. */
export const DAEMON_LIMITS: FrameLimits = {
  bytes: 16 * 1024 * 1024,
  values: Number.POSITIVE_INFINITY,
  depth: 512,
};

/** Comes in the place of a message that holds more values than are allowed; what follows it can be read. */
export class TooManyValues {
  /** The id of the message, 0 if it is not known. */
  readonly id: number;
  readonly text: string;

  constructor(id: number, limit: number) {
    this.id = id;
    this.text = `a frame holds more than the ${limit} values that are allowed`;
  }
}

const HEADER = 4;

/** A frame that is no frame, or one beyond the limits. Nothing that follows on the connection can be understood. */
export class FramingError extends Error {
  override name = 'FramingError';
}

const codec = { useRecords: false, mapsAsObjects: true, variableMapSize: true, encodeUndefinedAsNil: true } as const;
const packr = new Packr(codec);
const unpackr = new Unpackr({ ...codec, int64AsType: 'number' });

/** The frame of `message`. Throws `FramingError` beyond `limits`, which are those of the direction it goes. */
export function encodeFrame(message: object, limits: FrameLimits): Buffer {
  return frameOf(packr.pack(toWire(message, limits.depth)), limits);
}

/** The frame with this body. Throws `FramingError` if it is too long. */
export function frameOf(body: Uint8Array, limits: FrameLimits): Buffer {
  if (body.length > limits.bytes) throw new FrameTooLong(body.length, limits, Buffer.alloc(0));
  const frame = Buffer.allocUnsafe(HEADER + body.length);
  frame.writeUInt32LE(body.length, 0);
  frame.set(body, HEADER);
  return frame;
}

/** A frame that announces more bytes than are allowed, with what has come of it: perhaps the beginning of another protocol. */
export class FrameTooLong extends FramingError {
  readonly beginning: Buffer;

  constructor(length: number, limits: FrameLimits, beginning: Buffer) {
    super(`a frame of ${length} bytes is longer than the ${limits.bytes} that are allowed`);
    this.beginning = beginning;
  }
}

/** Turns the chunks of a stream into messages, in time linear in their bytes. Useless after it has thrown. */
export class FrameDecoder {
  readonly #limits: FrameLimits;
  readonly #header = Buffer.alloc(HEADER);
  #headerLength = 0;
  #body: Buffer | null = null;
  #bodyLength = 0;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** Whether the stream would end in the middle of a frame if it ended here. */
  get incomplete(): boolean {
    return this.#headerLength > 0;
  }

  /** How many bytes are kept for a frame that is not complete: all that it announces. */
  get held(): number {
    return this.#body?.length ?? 0;
  }

  /** How many bytes are still to come of the frame whose length is known; 0 between frames. */
  get missing(): number {
    return this.held - (this.#body === null ? 0 : this.#bodyLength);
  }

  /**
   * Takes the next chunk and hands over the messages it completes, with the length of each. Throws `FramingError` at the
   * first bad frame.
   */
  push(chunk: Uint8Array, deliver: (message: unknown, length: number) => void): void {
    for (let at = 0; at < chunk.length; ) {
      at += this.#headerLength < HEADER ? this.#takeHeader(chunk, at) : this.#takeBody(chunk, at);
      const body = this.#body;
      if (body === null || this.#bodyLength < body.length) continue;
      this.#headerLength = 0;
      this.#body = null;
      deliver(decodeBody(body, this.#limits), body.length);
    }
  }

  #takeHeader(chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + HEADER - this.#headerLength);
    this.#header.set(part, this.#headerLength);
    this.#headerLength += part.length;
    if (this.#headerLength < HEADER) return part.length;
    const length = this.#header.readUInt32LE(0);
    if (length === 0) throw new FramingError('a frame is empty');
    if (length > this.#limits.bytes)
      throw new FrameTooLong(length, this.#limits, Buffer.concat([this.#header, chunk.subarray(at + part.length)]));
    this.#body = Buffer.allocUnsafe(length);
    this.#bodyLength = 0;
    return part.length;
  }

  #takeBody(chunk: Uint8Array, at: number): number {
    const body = this.#body as Buffer;
    const part = chunk.subarray(at, at + body.length - this.#bodyLength);
    body.set(part, this.#bodyLength);
    this.#bodyLength += part.length;
    return part.length;
  }
}

function decodeBody(body: Buffer, limits: FrameLimits): unknown {
  if (limits.commandLines && isCommandLine(body)) {
    if (countTexts(body) > limits.values) return new TooManyValues(0, limits.values);
    const commandLine = decodeCommandLine(body);
    if (commandLine) return commandLine;
    throw new FramingError('a command line is cut off');
  }
  try {
    checkMessagePack(body, limits.depth, limits.values);
  } catch (error) {
    if (error instanceof ValuesExceeded) return new TooManyValues(leadingId(body), limits.values);
    if (error instanceof MessagePackError) throw new FramingError(`a frame is no msgpack message: ${error.message}`);
    throw error;
  }
  const message: unknown = unpackr.unpack(body);
  if (typeof message !== 'object' || message === null || Array.isArray(message) || message instanceof Uint8Array) {
    throw new FramingError('a frame holds something other than a map');
  }
  const { data, ...rest } = message as Record<string, unknown>;
  const decoded = fromWire(rest) as Record<string, unknown>;
  if (data !== undefined) decoded.data = data;
  return decoded;
}

/**
 * The value with each text that is no valid Unicode as a msgpack bin of its bytes; itself where there is none. Such a text has lone surrogates,
 * which UTF-8 cannot express, for bytes that were no UTF-8 (see text.ts).
 */
function toWire(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.isWellFormed() ? value : encodeText(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (depth === 0) throw new FramingError('a message is nested too deep');
  if (Array.isArray(value)) return value.map((item) => toWire(item, depth - 1));
  const wire: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) if (item !== undefined) wire[key] = toWire(item, depth - 1);
  return wire;
}

/** The reverse of `toWire`, in place. */
function fromWire(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return decodeText(value);
  if (Array.isArray(value)) {
    // A column of numbers is looked through without making a text of each index.
    for (let at = 0; at < value.length; at++)
      if (typeof value[at] === 'object' && value[at] !== null) value[at] = fromWire(value[at]);
    return value;
  }
  const items = value as Record<string, unknown>;
  for (const key in items) {
    const item = items[key];
    if (typeof item === 'object' && item !== null) items[key] = fromWire(item);
  }
  return value;
}
