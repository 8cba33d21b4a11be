/** Frames byte by byte, as PROTOCOL.md has them, broken ones included; and values of which their fields are made. */
import fc from 'fast-check';

/** A number as eight bytes, a text as its own, in hexadecimal digits. */
export const hex = (value: number | bigint | string): string => {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)));
  return bytes.toString('hex');
};

/** A field; `length`: what its head says, where that is not true. */
export const field = (tag: number, value: Buffer | number | string, length?: number) => {
  const bytes = typeof value === 'number' ? Buffer.from(hex(value), 'hex') : Buffer.from(value as string);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(tag, 0);
  head.writeUInt32LE(length ?? bytes.length, 4);
  return Buffer.concat([head, bytes]);
};

export const frame = (type: number, seq: number, ...fields: Buffer[]) => {
  const body = Buffer.concat(fields);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(body.length, 0);
  head.writeUInt16LE(type, 4);
  head.writeUInt16LE(1, 6);
  head.writeBigUInt64LE(BigInt(seq), 8);
  return Buffer.concat([head, body]);
};

/** Text without a NUL. */
export const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\0', ' '));
export const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
