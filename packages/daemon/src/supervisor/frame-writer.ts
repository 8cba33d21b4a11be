/** Writes frames to the supervisor, one at a time, into one buffer that is used again and again. */
import { encodeText, mayHoldBytes } from '@upstart/common';
import { FIELDS, type FieldName, type Frame, LIMITS } from './frame-table.ts';
import { writeNumber } from './frames.ts';

const { FIELD_HEADER, FRAME_BODY_MAX, FRAME_HEADER, FRAME_VERSION } = LIMITS;

/** Error numbers for content that no frame can hold. */
const E2BIG = 7;
const EINVAL = 22;

/** Bytes that the buffer has when nothing large was written last. */
const USUAL_SIZE = 64 * 1024;
/** Bytes that a UTF-16 unit takes at most. */
const UNIT_MAX = 3;

/** A list of so many texts is kept for the next one that begins like it, if it takes no more than so many bytes. */
export const MANY = 8;
export const MOST_KEPT = 16 * 1024;

/** A list of texts, where the field of each one ends, and these fields. */
interface Written {
  name: FieldName | null;
  texts: readonly string[];
  ends: readonly number[];
  bytes: Buffer;
}

export class FrameWriter {
  #bytes = Buffer.allocUnsafeSlow(USUAL_SIZE);
  #at = 0;
  #errno = 0;
  #last: Written = { name: null, texts: [], ends: [], bytes: Buffer.alloc(0) };

  /** Begins a frame of SENT. One that was begun before and not taken is dropped. */
  begin({ type }: Frame, id: number): this {
    if (this.#bytes.length > USUAL_SIZE) this.#bytes = Buffer.allocUnsafeSlow(USUAL_SIZE);
    this.#bytes.writeUInt16LE(type, 4);
    this.#bytes.writeUInt16LE(FRAME_VERSION, 6);
    writeNumber(this.#bytes, id, 8);
    this.#at = FRAME_HEADER;
    this.#errno = 0;
    return this;
  }

  /** The reason why the content since `begin` is no frame: a NUL in a text, a number out of range, too many bytes; 0: it can. */
  get errno(): number {
    return this.#at - FRAME_HEADER > FRAME_BODY_MAX ? E2BIG : this.#errno;
  }

  /** Notes that something is to be written that no frame can hold. */
  invalid(): void {
    this.#errno ||= EINVAL;
  }

  /** The whole frame; a copy. */
  take(): Buffer {
    this.#bytes.writeUInt32LE(this.#at - FRAME_HEADER, 0);
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  number(name: FieldName, value: number): this {
    const { tag, least, most } = FIELDS[name];
    if (!Number.isInteger(value) || value < least || value > most) {
      this.invalid();
      return this;
    }
    if (!this.#hasRoom(8)) return this;
    this.#header(tag, 8);
    writeNumber(this.#bytes, value, this.#at);
    this.#at += 8;
    return this;
  }

  /** Text of job files and clients, which may stand for any bytes but NUL. */
  text(name: FieldName, text: string): this {
    if (text.includes('\0')) {
      this.invalid();
    } else if (mayHoldBytes(text)) {
      this.bytes(name, encodeText(text));
    } else if (this.#hasRoom(text.length * UNIT_MAX)) {
      const at = this.#at;
      const length = this.#bytes.write(text, at + FIELD_HEADER);
      this.#header(FIELDS[name].tag, length);
      this.#at += length;
    }
    return this;
  }

  /** Jobs that start one after another mostly have the same environment: as far as a list begins like the last one it is copied. */
  texts(name: FieldName, texts: readonly string[]): this {
    const { ends, bytes } = this.#last;
    const alike = this.#alike(name, texts);
    const length = alike > 0 ? (ends[alike - 1] as number) : 0;
    if (length > 0 && this.#hasRoom(length)) this.#at += bytes.copy(this.#bytes, this.#at, 0, length);
    const begin = this.#at - length;
    const keeps = texts.length >= MANY && alike < texts.length / 2;
    const newEnds: number[] = keeps ? ends.slice(0, alike) : [];
    for (let i = alike; i < texts.length; i++) {
      this.text(name, texts[i] as string);
      if (keeps) newEnds.push(this.#at - begin);
    }
    if (keeps && this.errno === 0 && this.#at - begin <= MOST_KEPT) {
      this.#last = {
        name,
        texts: [...texts],
        ends: newEnds,
        bytes: Buffer.from(this.#bytes.subarray(begin, this.#at)),
      };
    }
    return this;
  }

  /** How many texts at the beginning of a list are those of the last one. */
  #alike(name: FieldName, texts: readonly string[]): number {
    const { name: lastName, texts: lastTexts } = this.#last;
    if (lastName !== name) return 0;
    const most = Math.min(texts.length, lastTexts.length);
    let alike = 0;
    while (alike < most && texts[alike] === lastTexts[alike]) alike++;
    return alike;
  }

  bytes(name: FieldName, bytes: Buffer): this {
    if (!this.#hasRoom(bytes.length)) return this;
    this.#header(FIELDS[name].tag, bytes.length);
    bytes.copy(this.#bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** Two bytes of tag, and two that are zero; then the length. */
  #header(tag: number, length: number): void {
    this.#bytes.writeUInt32LE(tag, this.#at);
    this.#bytes.writeUInt32LE(length, this.#at + 4);
    this.#at += FIELD_HEADER;
  }

  /** Makes room for a field whose value takes at most so many bytes; false when the frame is too large already. */
  #hasRoom(most: number): boolean {
    if (this.#at > FRAME_HEADER + FRAME_BODY_MAX || most > UNIT_MAX * FRAME_BODY_MAX) {
      this.#errno = E2BIG;
      return false;
    }
    const needed = this.#at + FIELD_HEADER + most;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#at);
      this.#bytes = larger;
    }
    return true;
  }
}
