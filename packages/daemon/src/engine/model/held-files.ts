/** How many events and instances have each descriptor of a client: the supervisor keeps it as long as one has. */
export class HeldFiles {
  readonly #uses = new Map<number, number>();
  /** One is not used any more, or it is not known whether the supervisor keeps others: it needs to know. */
  isStale = true;

  /** Reports to the supervisor which ones are in use, if it needs to know. */
  tell(supervisor: { keep(files: Iterable<number>): void } | null): void {
    if (this.isStale) supervisor?.keep(this);
    this.isStale = false;
  }

  /** Counts the uses of these descriptors, up or down. */
  count(files: readonly number[], sign: 1 | -1): void {
    for (const file of files) {
      const uses = (this.#uses.get(file) ?? 0) + sign;
      if (uses > 0) this.#uses.set(file, uses);
      else this.#uses.delete(file);
      this.isStale ||= uses <= 0;
    }
  }

  /** How many have this one. */
  usesOf(file: number): number {
    return this.#uses.get(file) ?? 0;
  }

  [Symbol.iterator](): Iterator<number> {
    return this.#uses.keys();
  }
}
