/** For tests: a D-Bus client on a private socket that sends descriptors along. */
import type { FileSender } from '../../packages/daemon/src/supervisor/testing/file-sender.ts';
import { type Header, MESSAGE_TYPES } from '../../packages/dbus/src/wire/message.ts';
import { MessageStream, type Received } from '../../packages/dbus/src/wire/message-stream.ts';
import { eventually } from '../eventually.ts';

const MANAGER = '/com/ubuntu/Upstart';
const INTERFACE = 'com.ubuntu.Upstart0_6';

/** Marshals values of D-Bus, as far as these tests need it. */
class Writer {
  #bytes: Buffer = Buffer.alloc(0);

  align(size: number): this {
    this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(-this.#bytes.length & (size - 1))]);
    return this;
  }

  raw(bytes: Buffer): this {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    return this;
  }

  number(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return this.align(4).raw(bytes);
  }

  text(value: string): this {
    return this.number(Buffer.byteLength(value)).raw(Buffer.from(`${value}\0`));
  }

  texts(values: readonly string[]): this {
    const list = new Writer();
    for (const value of values) list.text(value);
    return this.number(list.bytes.length).raw(list.bytes);
  }

  get bytes(): Buffer {
    return this.#bytes;
  }
}

const byteText = (text: string): Buffer => Buffer.from(`${String.fromCharCode(text.length)}${text}\0`);

/** A header field, whose value carries its type. */
function field(writer: Writer, code: number, type: 'o' | 's' | 'g' | 'u', value: string | number): void {
  writer
    .align(8)
    .raw(Buffer.from([code]))
    .raw(byteText(type));
  if (type === 'u') writer.number(value as number);
  else if (type === 'g') writer.raw(byteText(value as string));
  else writer.text(value as string);
}

/** A call of a method of the manager. */
export function call(serial: number, member: string, signature: string, body: Buffer, files = 0): Buffer {
  const fields = new Writer();
  field(fields, 1, 'o', MANAGER);
  field(fields, 2, 's', INTERFACE);
  field(fields, 3, 's', member);
  field(fields, 8, 'g', signature);
  if (files > 0) field(fields, 9, 'u', files);
  const start = new Writer().raw(Buffer.from([0x6c, MESSAGE_TYPES.call, 0, 1]));
  start.number(body.length).number(serial).number(fields.bytes.length);
  return start.raw(fields.bytes).align(8).raw(body).bytes;
}

/** The arguments of EmitEventWithFile with the descriptor at a position among those of the message. */
export function eventBody(name: string, env: readonly string[], wait: boolean, index = 0): Buffer {
  return new Writer().text(name).texts(env).number(Number(wait)).number(index).bytes;
}

export interface Answer {
  readonly error: string | undefined;
  readonly text: unknown;
}

/** A client that has authenticated and may send descriptors. */
export class FileClient {
  readonly #sender: FileSender;
  readonly #answers = new Map<number, Answer>();
  #read = 0;
  #serial = 0;

  private constructor(sender: FileSender) {
    this.#sender = sender;
  }

  static async on(sender: FileSender): Promise<FileClient> {
    const client = new FileClient(sender);
    const says = (line: string) =>
      eventually(`init says ${line}`, () => sender.received.includes(line) || sender.isOver) as Promise<unknown>;
    sender.send(`\0AUTH EXTERNAL ${Buffer.from(String(process.geteuid?.())).toString('hex')}\r\n`);
    await says('OK ');
    sender.send('NEGOTIATE_UNIX_FD\r\n');
    await says('AGREE_UNIX_FD\r\n');
    sender.send('BEGIN\r\n');
    client.#read = sender.received.length;
    return client;
  }

  get isOver(): boolean {
    return this.#sender.isOver;
  }

  /** Sends bytes as they are, with so many descriptors. */
  raw(bytes: Buffer, files = 0): void {
    this.#sender.send(bytes, files);
  }

  /** Calls a method and resolves with its answer. */
  async call(member: string, signature: string, body: Buffer, files = 0, sent = files): Promise<Answer> {
    const serial = ++this.#serial;
    this.raw(call(serial, member, signature, body, files), sent);
    await eventually(`${member} is answered`, () => {
      this.#receive();
      return this.#answers.has(serial) || this.isOver;
    });
    return this.#answers.get(serial) ?? { error: 'the connection is over', text: undefined };
  }

  emit(name: string, { env = [] as string[], wait = true } = {}): Promise<Answer> {
    return this.call('EmitEventWithFile', 'sasbh', eventBody(name, env, wait), 1);
  }

  close(): void {
    this.#sender.close();
  }

  readonly #stream = new MessageStream({
    message: (message: Received) => {
      const { type, replySerial = 0, errorName } = message;
      if (type === MESSAGE_TYPES.signal) return;
      this.#answers.set(replySerial, {
        error: errorName,
        text: message.signature === '' ? undefined : message.args()[0],
      });
    },
    tooLong: (_: Header) => {},
  });

  #receive(): void {
    const { received } = this.#sender;
    if (received.length > this.#read) this.#stream.push(received.subarray(this.#read));
    this.#read = received.length;
  }
}
