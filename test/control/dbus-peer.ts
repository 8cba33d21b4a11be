/** For tests: a D-Bus client on a private socket that calls any method of any object. */
import { connect, type Socket } from 'node:net';
import { encodeMessage } from '../../packages/dbus/src/wire/codec.ts';
import { MESSAGE_TYPES, NO_REPLY_EXPECTED, type Value } from '../../packages/dbus/src/wire/message.ts';
import { MessageStream, type Received } from '../../packages/dbus/src/wire/message-stream.ts';
import { eventually } from '../eventually.ts';

export interface PeerCall {
  readonly path: string;
  /** Absent: whichever has the method. */
  readonly interface?: string | undefined;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly Value[];
}

export class DBusPeer {
  readonly #socket: Socket;
  readonly #answers = new Map<number, Received>();
  #serial = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** A client that has authenticated, on the socket at `path`. */
  static async on(path: string): Promise<DBusPeer> {
    const socket = connect(path);
    const peer = new DBusPeer(socket);
    const stream = new MessageStream({
      message: (message) => void peer.#answers.set(message.replySerial ?? 0, message),
      tooLong: () => {},
    });
    let text = '';
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.geteuid?.())).toString('hex')}\r\n`);
      socket.once('data', (chunk) => {
        text = chunk.toString();
        resolve();
      });
    });
    if (!text.startsWith('OK ')) throw new Error(`init says ${text}`);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => stream.push(chunk));
    socket.write('BEGIN\r\n');
    return peer;
  }

  /** The answer: `ERROR: TEXT`, or the values. The library's lists of variants are `{ TYPE: VALUE }`. */
  async call(call: PeerCall): Promise<unknown> {
    const serial = this.send(call);
    await eventually(`${call.member} is answered`, () => this.#answers.has(serial) || this.#socket.destroyed);
    const answer = this.#answers.get(serial);
    if (!answer) return 'the connection is over';
    const values = answer.signature === '' ? [] : answer.args();
    if (answer.type === MESSAGE_TYPES.error) return `${shortened(answer.errorName ?? '')}: ${values[0]}`;
    return values.length === 1 ? plain(values[0], answer.signature) : values;
  }

  /** Calls and returns the serial number, of the answer if there is one. */
  send({ signature = '', body = [], ...call }: PeerCall, expectsReply = true): number {
    const serial = ++this.#serial;
    const { interface: name, ...rest } = call;
    const content = signature === '' ? {} : { signature, body };
    this.#socket.write(
      encodeMessage({
        ...{ type: MESSAGE_TYPES.call, serial, flags: expectsReply ? 0 : NO_REPLY_EXPECTED, ...rest, ...content },
        ...(name === undefined ? {} : { interface: name }),
      }),
    );
    return serial;
  }

  isAnswered(serial: number): boolean {
    return this.#answers.has(serial);
  }

  close(): void {
    this.#socket.destroy();
  }
}

const shortened = (name: string): string =>
  name.replace('com.ubuntu.Upstart0_6', '~').replace('org.freedesktop.DBus.Error', 'DBus');

/** A variant, which the library reads as its types and its values. */
const variant = (value: unknown): unknown => {
  const [[{ type }], [content]] = value as [[{ type: string }], [unknown]];
  return { [type]: content };
};

function plain(value: unknown, signature: string): unknown {
  if (signature === 'v') return variant(value);
  if (signature !== 'a{sv}') return value;
  return Object.fromEntries((value as [string, unknown][]).map(([name, content]) => [name, variant(content)]));
}
