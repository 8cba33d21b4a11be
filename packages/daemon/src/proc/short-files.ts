/** Reads short files of /proc with few system calls and little garbage: there may be thousands, looked at every few seconds. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** More than `stat` has. */
const ROOM = 1024;
/** The last field of `stat` that is read. */
const LAST_FIELD = 24;
const BLANK = 0x20;
const CLOSING = 0x29;
const DIGIT = 0x30;

export class ShortFiles {
  readonly #bytes = Buffer.alloc(ROOM);
  readonly #fields = new Float64Array(LAST_FIELD + 1);

  /**
   * The fields 4 to 24 of /proc/PID/stat by their numbers in proc(5), without signs; valid until the next call. null: it cannot be read.
   */
  stat(path: string): Float64Array | null {
    const length = this.#read(path);
    if (length <= 0) return null;
    const bytes = this.#bytes;
    // The name may hold anything, blanks and parentheses too. A blank, the state and another blank follow.
    let at = bytes.lastIndexOf(CLOSING, length - 1) + 4;
    for (let field = 4; field <= LAST_FIELD; field++) {
      let number = 0;
      for (; at < length && bytes[at] !== BLANK; at++) {
        const digit = (bytes[at] as number) - DIGIT;
        if (digit >= 0) number = number * 10 + digit;
      }
      this.#fields[field] = number;
      at++;
    }
    return this.#fields;
  }

  /** The numbers above 0 in a file that has nothing else, of any length; null: it cannot be read. */
  numbers(path: string): number[] | null {
    const length = this.#read(path);
    if (length < 0) return null;
    const text = length < ROOM ? this.#bytes.toString('latin1', 0, length) : wholeText(path);
    return (
      text
        ?.split(' ')
        .map(Number)
        .filter((number) => number > 0) ?? null
    );
  }

  /** How many bytes were read; -1: none can be. */
  #read(path: string): number {
    try {
      const file = openSync(path, 'r');
      try {
        return readSync(file, this.#bytes, 0, ROOM, 0);
      } finally {
        closeSync(file);
      }
    } catch {
      return -1;
    }
  }
}

function wholeText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
