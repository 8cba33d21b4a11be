/** The lines of script blocks (reference: job files §2.4). */
const BLOCK_END = /[ \t\r]*end[ \t\r]+script[ \t\r]*(?:[#\n\0]|$)/y;
const INDENT = /[ \t\r]*/y;

/** Whether the line that begins at `at` is that of `end script`. */
export function endsBlock(text: string, at: number): boolean {
  BLOCK_END.lastIndex = at;
  return BLOCK_END.test(text);
}

/** The indentation that all lines of a block share. */
export class SharedIndent {
  #indent: string | null = null;

  /** Takes the line that begins at `at` into account. */
  heed(text: string, at: number): void {
    if (this.#indent === null) {
      INDENT.lastIndex = at;
      this.#indent = INDENT.exec(text)?.[0] ?? '';
      return;
    }
    let shared = 0;
    while (shared < this.#indent.length && text[at + shared] === this.#indent[shared]) shared++;
    this.#indent = this.#indent.slice(0, shared);
  }

  /** The lines without it. */
  removedFrom(block: string): string {
    const width = this.#indent?.length ?? 0;
    if (width === 0) return block;
    const lines = block.split('\n');
    return lines.map((line) => line.slice(width)).join('\n');
  }
}
