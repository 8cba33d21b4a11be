/**
 * Checks marshalled values against their signature before the library decodes them. The library trusts what it reads: it does
 * not notice lengths beyond the end, loops forever in an array of empty structs, and follows variants however deep.
 */
import { isUtf8 } from 'node:buffer';
import { SPECIFIED } from '../limits.ts';
import { isObjectPath } from './names.ts';
import { endOfCheckedType, isSignature, isSingleType } from './signature.ts';

/** Bytes that are no message of D-Bus: nothing that follows on the connection can be understood. */
export class WireError extends Error {
  override name = 'WireError';
}

/** By type: the size of its values, which is their alignment as well. */
const FIXED: Readonly<Record<string, number>> = { y: 1, n: 2, q: 2, b: 4, i: 4, u: 4, h: 4, x: 8, t: 8, d: 8 };
const ALIGNMENTS: Readonly<Record<string, number>> = { ...FIXED, a: 4, s: 4, o: 4, g: 1, v: 1, '(': 8, '{': 8 };

/** Walks along the values in `bytes`. */
export class ValueChecker {
  readonly #bytes: Buffer;
  readonly #littleEndian: boolean;
  at: number;

  constructor(bytes: Buffer, littleEndian: boolean, at: number) {
    this.#bytes = bytes;
    this.#littleEndian = littleEndian;
    this.at = at;
  }

  /** Checks the values of `signature`, which has been checked, up to `end` at most. Throws `WireError`. */
  check(signature: string, end: number, depth = 0): void {
    for (let index = 0; index < signature.length; ) {
      const next = endOfCheckedType(signature, index);
      this.#value(signature.slice(index, next), end, depth);
      index = next;
    }
  }

  /** Skips the bytes up to a multiple of `alignment`, which have to be zero. */
  align(alignment: number, end: number): void {
    for (; this.at % alignment !== 0; this.at++) {
      if (this.at >= end || this.#bytes[this.at] !== 0) throw new WireError('padding is not zero');
    }
  }

  /** The number at the present place, which stays. */
  number(end: number): number {
    if (this.at + 4 > end) throw new WireError('a value reaches beyond the message');
    return this.#littleEndian ? this.#bytes.readUInt32LE(this.at) : this.#bytes.readUInt32BE(this.at);
  }

  #value(type: string, end: number, depth: number): void {
    if (depth > SPECIFIED.totalDepth) throw new WireError('values are nested too deep');
    const code = type[0] as string;
    this.align(ALIGNMENTS[code] as number, end);
    const size = FIXED[code];
    if (size !== undefined) this.#fixed(code, size, end);
    else if (code === 'a') this.#array(type.slice(1), end, depth);
    else if (code === '(' || code === '{') this.check(type.slice(1, -1), end, depth + 1);
    else if (code === 'v') this.check(this.#signature(end, isSingleType), end, depth + 1);
    else if (code === 'g') this.#signature(end, isSignature);
    else this.#text(code, end);
  }

  #fixed(code: string, size: number, end: number): void {
    if (code === 'b' && this.number(end) > 1) throw new WireError('a boolean is neither 0 nor 1');
    this.#skip(size, end);
  }

  #array(element: string, end: number, depth: number): void {
    const length = this.number(end);
    this.at += 4;
    if (length > SPECIFIED.arrayBytes) throw new WireError('an array is too long');
    const alignment = ALIGNMENTS[element[0] as string] as number;
    this.align(alignment, end);
    const arrayEnd = this.at + length;
    if (arrayEnd > end) throw new WireError('an array reaches beyond the message');
    if (depth >= SPECIFIED.totalDepth) throw new WireError('values are nested too deep');
    // Numbers need no look at each.
    const size = element === 'b' ? undefined : FIXED[element];
    if (size !== undefined && length % size === 0) this.at = arrayEnd;
    while (this.at < arrayEnd) this.#value(element, arrayEnd, depth + 1);
  }

  #text(code: string, end: number): void {
    const length = this.number(end);
    this.at += 4;
    const text = this.#terminated(length, end);
    if (!isUtf8(text)) throw new WireError('a string is not UTF-8');
    if (code === 'o' && !isObjectPath(text.toString('latin1'))) throw new WireError('an object path is none');
  }

  #signature(end: number, isValid: (signature: string) => boolean): string {
    const length = this.#bytes[this.at];
    if (length === undefined || this.at >= end) throw new WireError('a value reaches beyond the message');
    this.at += 1;
    const signature = this.#terminated(length, end).toString('latin1');
    if (!isValid(signature)) throw new WireError('a signature is none');
    return signature;
  }

  /** The text of so many bytes, which a NUL follows and none is in. */
  #terminated(length: number, end: number): Buffer {
    const start = this.at;
    this.#skip(length, end);
    this.#skip(1, end);
    const text = this.#bytes.subarray(start, start + length);
    if (this.#bytes[start + length] !== 0 || text.includes(0))
      throw new WireError('a string does not end where it should');
    return text;
  }

  #skip(bytes: number, end: number): void {
    if (this.at + bytes > end) throw new WireError('a value reaches beyond the message');
    this.at += bytes;
  }
}
