/**
 * Messages from bytes and to bytes. Marshalling is the library's, and nothing outside of this file knows which one; what comes
 * from outside is checked before it (`check-values.ts`).
 *
 * Of `@homebridge/dbus-native` only the codec is used. Its server handshake accepts every client, and its reader of streams
 * allocates whatever length a client announces.
 */
import DBusBuffer from '@homebridge/dbus-native/lib/dbus-buffer.js';
import library from '@homebridge/dbus-native/lib/message.js';
import { ValueChecker, WireError } from './check-values.ts';
import { type Header, MESSAGE_TYPES, type Outgoing, type Value } from './message.ts';
import { isBusName, isInterface, isMember } from './names.ts';

/** Bytes in front of the list of header fields; the length of that list is the last of them. */
export const FIXED_HEADER_BYTES = 16;
const LITTLE_ENDIAN = 0x6c;
const BIG_ENDIAN = 0x42;
const VERSION = 1;

type FieldName = Exclude<keyof Header, 'type' | 'flags' | 'serial'>;

interface Field {
  readonly name: FieldName;
  readonly signature: string;
  readonly isValid?: (text: string) => boolean;
}

/** By the code of a header field. */
const FIELDS: ReadonlyMap<number, Field> = new Map<number, Field>([
  [1, { name: 'path', signature: 'o' }],
  [2, { name: 'interface', signature: 's', isValid: isInterface }],
  [3, { name: 'member', signature: 's', isValid: isMember }],
  [4, { name: 'errorName', signature: 's', isValid: isInterface }],
  [5, { name: 'replySerial', signature: 'u' }],
  [6, { name: 'destination', signature: 's', isValid: isBusName }],
  [7, { name: 'sender', signature: 's', isValid: isBusName }],
  [8, { name: 'signature', signature: 'g' }],
  [9, { name: 'unixFds', signature: 'u' }],
]);

/** By the type of a message: the fields that it has to have. */
const REQUIRED: ReadonlyMap<number, readonly FieldName[]> = new Map<number, readonly FieldName[]>([
  [MESSAGE_TYPES.call, ['path', 'member']],
  [MESSAGE_TYPES.reply, ['replySerial']],
  [MESSAGE_TYPES.error, ['replySerial', 'errorName']],
  [MESSAGE_TYPES.signal, ['path', 'interface', 'member']],
]);

/** The lengths that the first bytes of a message announce. Throws `WireError`. */
export function announcedBytes(start: Buffer): { header: number; body: number } {
  const isLittle = isLittleEndian(start);
  if (start[1] === 0 || start[3] !== VERSION) throw new WireError('a message is of no known type or version');
  const read = (at: number): number => (isLittle ? start.readUInt32LE(at) : start.readUInt32BE(at));
  if (read(8) === 0) throw new WireError('a message has no serial number');
  return { header: Math.ceil((FIXED_HEADER_BYTES + read(12)) / 8) * 8, body: read(4) };
}

/** The header of the message that begins with `bytes`, at least all of its header. Throws `WireError`. */
export function decodeHeader(bytes: Buffer, headerBytes: number): Header {
  const littleEndian = isLittleEndian(bytes);
  const checker = new ValueChecker(bytes, littleEndian, FIXED_HEADER_BYTES - 4);
  checker.check('a(yv)', headerBytes);
  checker.align(8, headerBytes);
  if (checker.at !== headerBytes) throw new WireError('a header is shorter than it says');
  const [, type, flags, , , serial, fields] = new DBusBuffer(bytes, undefined, { littleEndian }).read('yyyyuua(yv)');
  const found: Partial<Record<FieldName, unknown>> = {};
  for (const [code, [tree, [value]]] of fields as [number, [{ type: string }[], [unknown]]][])
    takeField(found, code, tree, value);
  for (const name of REQUIRED.get(type as number) ?? [])
    if (found[name] === undefined) throw new WireError(`a message has no ${name}`);
  return { signature: '', ...found, type, flags, serial } as Header;
}

function takeField(
  found: Partial<Record<FieldName, unknown>>,
  code: number,
  tree: { type: string }[],
  value: unknown,
): void {
  if (code === 0) throw new WireError('a header field has no code');
  const field = FIELDS.get(code);
  // Fields of later versions are ignored.
  if (!field) return;
  const { name, signature, isValid } = field;
  if (found[name] !== undefined || tree.length !== 1 || tree[0]?.type !== signature)
    throw new WireError(`a message has a ${name} twice, or of another type`);
  if (isValid && !isValid(value as string)) throw new WireError(`the ${name} of a message is none`);
  found[name] = value;
}

/** Checks all arguments of a message whose header is `header`. Throws `WireError`. */
export function checkBody(bytes: Buffer, { signature }: Header, headerBytes: number): void {
  const checker = new ValueChecker(bytes, isLittleEndian(bytes), headerBytes);
  checker.check(signature, bytes.length);
  if (checker.at !== bytes.length) throw new WireError('a message is longer than its arguments');
}

/** The arguments of a message that was checked. A descriptor is its position among those of the message; in a variant it is an error. */
export function decodeBody(bytes: Buffer, { signature }: Header, headerBytes: number): readonly Value[] {
  const buffer = new DBusBuffer(bytes, undefined, { littleEndian: isLittleEndian(bytes) });
  buffer.pos = headerBytes;
  // The library has no value for a descriptor.
  return buffer.read(signature.replaceAll('h', 'u')) as Value[];
}

export function encodeMessage(message: Outgoing): Buffer {
  return library.marshall(message);
}

function isLittleEndian(bytes: Buffer): boolean {
  const order = bytes[0];
  if (order !== LITTLE_ENDIAN && order !== BIG_ENDIAN) throw new WireError('a message has no known byte order');
  return order === LITTLE_ENDIAN;
}
