/** Cuts what a client writes into lines, however it comes in pieces. */

/** A longer line is dropped. */
export const MAX_LINE_BYTES = 4096;

const LF = 0x0a;

export class LineReader {
  #rest: Buffer = Buffer.alloc(0);
  /** The line that is being read is too long. */
  #isSkipping = false;

  /** Whether a line has begun that has no end yet. */
  get hasRest(): boolean {
    return this.#rest.length > 0;
  }

  /** The lines that end in this chunk, without their ends; null stands for one that is too long. */
  push(chunk: Buffer): (Buffer | null)[] {
    const lines: (Buffer | null)[] = [];
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(LF, at);
      this.#append(chunk.subarray(at, end < 0 ? chunk.length : end));
      if (end < 0) break;
      lines.push(this.#isSkipping ? null : this.#rest);
      this.#rest = Buffer.alloc(0);
      this.#isSkipping = false;
      at = end + 1;
    }
    return lines;
  }

  /** The line that was begun, as if it ended here; null: there is none. */
  takeRest(): Buffer | null {
    const rest = this.hasRest ? this.#rest : null;
    this.#rest = Buffer.alloc(0);
    return rest;
  }

  #append(part: Buffer): void {
    if (this.#isSkipping) return;
    this.#isSkipping = this.#rest.length + part.length > MAX_LINE_BYTES;
    this.#rest = this.#isSkipping ? Buffer.alloc(0) : Buffer.concat([this.#rest, part]);
  }
}
