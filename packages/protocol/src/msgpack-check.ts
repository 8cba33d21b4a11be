/**
 * Walks msgpack bytes without building anything, before they are decoded: what a stranger sends must not make the
 * decoder reserve memory for elements that are announced but not there, recurse without end, or use extensions.
 */
import { isUtf8 } from 'node:buffer';

export class MessagePackError extends Error {
  override name = 'MessagePackError';
}

/** It is msgpack, but of more values than are allowed. */
export class ValuesExceeded extends Error {
  override name = 'ValuesExceeded';
}

/** The kinds of values by how they are walked. */
type Token =
  | { readonly kind: 'scalar'; readonly size: number }
  | { readonly kind: 'str' | 'bin' | 'array' | 'map'; readonly lengthBytes: 1 | 2 | 4 };

/** The types that have a byte of their own, 0xc0–0xdf; what is missing is not accepted (0xc1, extensions). */
const TOKENS: Readonly<Record<number, Token>> = {
  192: { kind: 'scalar', size: 0 }, // nil
  194: { kind: 'scalar', size: 0 }, // false
  195: { kind: 'scalar', size: 0 }, // true
  196: { kind: 'bin', lengthBytes: 1 },
  197: { kind: 'bin', lengthBytes: 2 },
  198: { kind: 'bin', lengthBytes: 4 },
  202: { kind: 'scalar', size: 4 }, // float 32
  203: { kind: 'scalar', size: 8 }, // float 64
  204: { kind: 'scalar', size: 1 }, // uint 8
  205: { kind: 'scalar', size: 2 }, // uint 16
  206: { kind: 'scalar', size: 4 }, // uint 32
  207: { kind: 'scalar', size: 8 }, // uint 64
  208: { kind: 'scalar', size: 1 }, // int 8
  209: { kind: 'scalar', size: 2 }, // int 16
  210: { kind: 'scalar', size: 4 }, // int 32
  211: { kind: 'scalar', size: 8 }, // int 64
  217: { kind: 'str', lengthBytes: 1 },
  218: { kind: 'str', lengthBytes: 2 },
  219: { kind: 'str', lengthBytes: 4 },
  220: { kind: 'array', lengthBytes: 2 },
  221: { kind: 'array', lengthBytes: 4 },
  222: { kind: 'map', lengthBytes: 2 },
  223: { kind: 'map', lengthBytes: 4 },
};

/**
 * Throws `MessagePackError` unless `bytes` is exactly one value of plain msgpack, at most `depth` levels deep, and `ValuesExceeded` when it
 * holds more than `most` values, keys of maps among them.
 */
export function checkMessagePack(bytes: Buffer, depth: number, most: number): void {
  let at = 0;
  let values = 0;
  /** For each open container: how many values are still to come, and whether it is a map. */
  const left: number[] = [1];
  const inMap: boolean[] = [false];
  const need = (count: number): void => {
    if (count > bytes.length - at) throw new MessagePackError(`it ends in the middle of a value`);
  };
  const open = (count: number, map: boolean): void => {
    need(count);
    if (left.length > depth) throw new MessagePackError(`it is nested deeper than ${depth} levels`);
    left.push(count);
    inMap.push(map);
  };
  const skipText = (length: number): void => {
    need(length);
    const end = at + length;
    for (let i = at; i < end; i++) {
      if ((bytes[i] as number) < 0x80) continue;
      if (!isUtf8(bytes.subarray(at, end))) throw new MessagePackError(`the string at byte ${at} is not UTF-8`);
      break;
    }
    at = end;
  };

  while (left.length > 0) {
    const top = left.length - 1;
    if (left[top] === 0) {
      left.pop();
      inMap.pop();
      continue;
    }
    const isKey = inMap[top] === true && (left[top] as number) % 2 === 0;
    (left[top] as number)--;
    if (++values > most) throw new ValuesExceeded();
    need(1);
    const start = at;
    const byte = bytes[at++] as number;
    if (isKey && !isString(byte)) throw new MessagePackError(`the map key at byte ${start} is not a string`);
    if (byte < 0x80 || byte >= 0xe0) continue;
    if (byte < 0x90) open((byte & 0x0f) * 2, true);
    else if (byte < 0xa0) open(byte & 0x0f, false);
    else if (byte < 0xc0) skipText(byte & 0x1f);
    else {
      const token = TOKENS[byte];
      if (token === undefined) throw new MessagePackError(`the type 0x${byte.toString(16)} is not accepted`);
      if (token.kind === 'scalar') {
        need(token.size);
        at += token.size;
        continue;
      }
      need(token.lengthBytes);
      const length = bytes.readUIntBE(at, token.lengthBytes);
      at += token.lengthBytes;
      if (token.kind === 'map') open(length * 2, true);
      else if (token.kind === 'array') open(length, false);
      else if (token.kind === 'str') skipText(length);
      else {
        need(length);
        at += length;
      }
    }
  }
  if (at < bytes.length) throw new MessagePackError(`${bytes.length - at} bytes follow the message`);
}

function isString(byte: number): boolean {
  return (byte >= 0xa0 && byte < 0xc0) || (byte >= 0xd9 && byte <= 0xdb);
}

/** How many bytes a big-endian number behind its type takes. */
const UNSIGNED: Readonly<Record<number, number>> = { 204: 1, 205: 2, 206: 4 };
const MAP_HEADER: Readonly<Record<number, number>> = { 222: 3, 223: 5 };

/** The `id` of a map that begins with it, as those of all clients do, without reading more; 0 if it does not. */
export function leadingId(bytes: Buffer): number {
  const at = MAP_HEADER[bytes[0] ?? 0] ?? 1;
  const key = [bytes.subarray(at, at + 3), bytes.subarray(at, at + 4), bytes.subarray(at, at + 7)];
  const found = key.find((text) => ID_KEYS.some((known) => known.equals(text)));
  if (!found) return 0;
  const start = at + found.length;
  const type = bytes[start] ?? 0;
  if (type < 0x80) return type;
  const size = UNSIGNED[type];
  return size !== undefined && bytes.length > start + size ? bytes.readUIntBE(start + 1, size) : 0;
}

/** The text `id` as encoders write it. */
const ID_KEYS = [[0xa2], [0xd9, 2], [0xdb, 0, 0, 0, 2]].map((header) => Buffer.from([...header, 0x69, 0x64]));
