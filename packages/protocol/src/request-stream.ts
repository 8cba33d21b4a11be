/** The daemon's end of a connection, as far as it is about bytes: chunks in, checked requests or refusals out. */
import { CommandLine, encodeCommandAnswer } from './command-line.ts';
import { UpstartError, upstartError } from './errors.ts';
import {
  CLIENT_LIMITS,
  DAEMON_LIMITS,
  encodeFrame,
  FrameDecoder,
  type FrameLimits,
  FrameTooLong,
  FramingError,
  frameOf,
  TooManyValues,
} from './framing.ts';
import { type DaemonFrame, type ErrorFrame, PROTOCOL_VERSION, type RequestFrame } from './messages.ts';
import { parseRequest, requestId } from './requests.ts';

export interface RequestHandler {
  /** A request to carry out; `length` is how many bytes it took. */
  request(request: RequestFrame, length: number): void;
  /** The client speaks D-Bus, and these are its first bytes. Returns whether another reader takes the connection over. */
  handOver?(first: Buffer): boolean;
  /** A request that must not be carried out: the answer to send. If `fatal`, close the connection after it. */
  refuse(answer: ErrorFrame, fatal: boolean): void;
}

/**
 * The first bytes of a D-Bus client: a NUL, and AUTH. As the length of a frame they are 1.4 GB, which no frame has, so no client of this
 * protocol can begin so.
 */
const DBUS = Buffer.from('\0AUT');

/**
 * Reads the requests of one connection. The first one must be `hello` in the version that this daemon speaks;
 * anything but a command line is refused for good, as is what is no frame. After a fatal refusal all further bytes are ignored.
 */
export class RequestStream {
  readonly #decoder: FrameDecoder;
  readonly #handler: RequestHandler;
  #greeted = false;
  #over = false;
  /** The client sends command lines, and gets answers in that form. */
  #isLauncher = false;

  constructor(handler: RequestHandler, limits: FrameLimits = CLIENT_LIMITS) {
    this.#decoder = new FrameDecoder(limits);
    this.#handler = handler;
  }

  /** How many bytes are kept for a request that has not come completely. */
  get held(): number {
    return this.#decoder.held;
  }

  /** How many bytes are still to come of the request that has begun; 0 if its length is not known. */
  get missing(): number {
    return this.#decoder.missing;
  }

  /** The bytes of an answer or a notification, in the form that the client reads. */
  encode(frame: DaemonFrame): Buffer {
    return this.#isLauncher
      ? frameWithin(frame, (it) => frameOf(encodeCommandAnswer(it), DAEMON_LIMITS))
      : encodeAnswer(frame);
  }

  push(chunk: Uint8Array): void {
    if (this.#over) return;
    try {
      this.#decoder.push(chunk, (message, length) => {
        if (!this.#over) this.#take(message, length);
      });
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      this.#over = error instanceof FrameTooLong && this.#isTakenOver(error.beginning);
      if (!this.#over) this.#refuse(0, upstartError('bad-request', error.message), true);
    }
  }

  /** Only the first frame of a connection can be D-Bus. */
  #isTakenOver(beginning: Buffer): boolean {
    const isDBus = !this.#greeted && beginning.subarray(0, DBUS.length).equals(DBUS);
    return isDBus && this.#handler.handOver?.(beginning) === true;
  }

  #take(message: unknown, length: number): void {
    if (message instanceof TooManyValues) {
      this.#refuse(message.id, upstartError('bad-request', message.text), !this.#greeted);
      return;
    }
    let request: RequestFrame;
    if (message instanceof CommandLine) this.#isLauncher = true;
    try {
      request = parseRequest(message instanceof CommandLine ? message.request : message);
      if (!this.#greeted) this.#greet(message instanceof CommandLine ? message.version : versionOf(request));
    } catch (error) {
      if (!(error instanceof UpstartError)) throw error;
      this.#refuse(requestId(message), error, !this.#greeted);
      return;
    }
    this.#handler.request(request, length);
  }

  #greet(version: number): void {
    if (version !== PROTOCOL_VERSION) {
      throw upstartError('unsupported-version', String(version), String(PROTOCOL_VERSION));
    }
    this.#greeted = true;
  }

  #refuse(id: number, error: UpstartError, fatal: boolean): void {
    this.#over ||= fatal;
    this.#handler.refuse({ id, error: error.toWire() }, fatal);
  }
}

function versionOf(request: RequestFrame): number {
  if (request.method !== 'hello') throw upstartError('bad-request', 'the first request must be hello');
  return (request as RequestFrame<'hello'>).params.version;
}

/** The bytes of an answer or a notification. One that is too big for a frame becomes the error that says so. */
export function encodeAnswer(frame: DaemonFrame): Buffer {
  return frameWithin(frame, (it) => encodeFrame(it, DAEMON_LIMITS));
}

function frameWithin(frame: DaemonFrame, encode: (frame: DaemonFrame) => Buffer): Buffer {
  try {
    return encode(frame);
  } catch (error) {
    if (!(error instanceof FramingError) || !('id' in frame)) throw error;
    return encode({ id: frame.id, error: upstartError('internal', error.message).toWire() });
  }
}
