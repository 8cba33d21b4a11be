/**
 * Text that came from bytes which need not be UTF-8 (job files, arguments, environments). Bytes that are no UTF-8 become
 * the lone surrogates U+DC80…U+DCFF and turn back into the same bytes, so nothing is lost on the way through the daemon.
 */
import { isUtf8 } from 'node:buffer';

const ESCAPED = /[\uDC80-\uDCFF]/;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes bytes; the result encodes back to exactly these bytes. */
export function decodeText(bytes: Uint8Array): string {
  return isUtf8(bytes) ? strict.decode(bytes) : decodeEscaping(bytes);
}

/** Whether text may hold escaped bytes: then plain UTF-8 does not represent it. */
export function mayHoldBytes(text: string): boolean {
  return ESCAPED.test(text);
}

/** Encodes text of `decodeText`, or any other, to bytes. */
export function encodeText(text: string): Buffer {
  if (!mayHoldBytes(text)) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let plain = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isPair(text, i)) {
      i++;
      continue;
    }
    if (unit < 0xdc80 || unit > 0xdcff) continue;
    parts.push(Buffer.from(text.slice(plain, i), 'utf8'), Buffer.of(unit & 0xff));
    plain = i + 1;
  }
  parts.push(Buffer.from(text.slice(plain), 'utf8'));
  return Buffer.concat(parts);
}

/** `1 job`, `2 jobs`; `many`: the plural, if it is another one. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Whether a proper surrogate pair starts at `i`: its second half only looks like an escaped byte. */
function isPair(text: string, i: number): boolean {
  const high = text.charCodeAt(i);
  const low = text.charCodeAt(i + 1);
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}

function decodeEscaping(bytes: Uint8Array): string {
  const parts: string[] = [];
  let plain = 0;
  for (let i = 0; i < bytes.length; ) {
    const size = sequenceLength(bytes, i);
    if (size === 0) {
      if (plain < i) parts.push(strict.decode(bytes.subarray(plain, i)));
      parts.push(String.fromCharCode(0xdc00 + (bytes[i] as number)));
      plain = i + 1;
    }
    i += size || 1;
  }
  parts.push(strict.decode(bytes.subarray(plain)));
  return parts.join('');
}

/** First bytes of UTF-8 sequences: from, to, the length, and the range of the second byte (shorter forms and surrogates are none). */
const SEQUENCES: readonly (readonly [number, number, number, number, number])[] = [
  [0x00, 0x7f, 1, 0, 0],
  [0xc2, 0xdf, 2, 0x80, 0xbf],
  [0xe0, 0xe0, 3, 0xa0, 0xbf],
  [0xe1, 0xec, 3, 0x80, 0xbf],
  [0xed, 0xed, 3, 0x80, 0x9f],
  [0xee, 0xef, 3, 0x80, 0xbf],
  [0xf0, 0xf0, 4, 0x90, 0xbf],
  [0xf1, 0xf3, 4, 0x80, 0xbf],
  [0xf4, 0xf4, 4, 0x80, 0x8f],
];

/** The length of the valid UTF-8 sequence at `start`, or 0. */
function sequenceLength(bytes: Uint8Array, start: number): number {
  const first = bytes[start] as number;
  const row = SEQUENCES.find(([from, to]) => from <= first && first <= to);
  if (!row) return 0;
  const [, , length, low, high] = row;
  for (let i = 1; i < length; i++) {
    const byte = bytes[start + i] ?? 0;
    if (byte < (i === 1 ? low : 0x80) || byte > (i === 1 ? high : 0xbf)) return 0;
  }
  return length;
}

/** The text with control characters made visible, for terminals: names may hold any byte. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
