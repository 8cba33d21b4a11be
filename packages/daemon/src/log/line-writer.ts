/** Lines for standard output and error. The lines of one turn are written together, which wakes their reader once. */
import { writeSync } from 'node:fs';

/** Bytes that a pipe takes as a whole or not at all (PIPE_BUF). */
export const MOST_AT_ONCE = 4096;

export class LineWriter {
  #fd = -1;
  #text = '';
  #bytes = 0;
  #scheduled = false;
  readonly #write: (fd: number, text: string) => unknown;

  constructor(write: (fd: number, text: string) => unknown = writeSync) {
    this.#write = write;
    process.on('exit', () => this.#flush());
  }

  /** Writes the line before everything else that this turn does, and in order with the lines of the other descriptor. */
  put(fd: number, line: string): void {
    const bytes = Buffer.byteLength(line);
    if (fd !== this.#fd || this.#bytes + bytes > MOST_AT_ONCE) this.#flush();
    this.#fd = fd;
    this.#text += line;
    this.#bytes += bytes;
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#bytes === 0) return;
    const fd = this.#fd;
    const text = this.#text;
    this.#text = '';
    this.#bytes = 0;
    try {
      this.#write(fd, text);
    } catch {
      // The output has no reader (a closed pipe, a full disk), and there is no other place to log that. Init continues.
    }
  }
}
