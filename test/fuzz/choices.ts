/** Choices that bytes make: a fuzzer's input that can be kept, damaged and told. */
export class Choices {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get areLeft(): boolean {
    return this.#at < this.#bytes.length;
  }

  /** A whole number below `end`; 0 once the bytes are used up. */
  below(end: number): number {
    let number = this.#bytes[this.#at++] ?? 0;
    if (end > 256) number = number * 256 + (this.#bytes[this.#at++] ?? 0);
    return number % end;
  }

  chance(): boolean {
    return this.below(2) === 1;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** As many as are chosen, at most `most`. */
  some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }
}
