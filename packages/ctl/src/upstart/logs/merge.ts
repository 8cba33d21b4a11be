/** Merges what several logs have, in the order of time, without holding more of each than a batch. */

/** Something that has a place in the order of time. */
export interface Timed {
  /** Milliseconds since the epoch. */
  readonly orderMs: number;
}

interface Source<T> {
  readonly place: number;
  readonly batches: AsyncIterator<readonly T[]>;
  batch: readonly T[];
  at: number;
}

/** The most that one batch of the result has. */
const BATCH = 1024;

/**
 * All elements, the earliest first; of those at the same time that of the earlier source. Each source gives its own in batches that are not
 * empty, and in order. Sources are closed when the reader stops.
 */
export async function* inTimeOrder<T extends Timed>(given: Iterable<AsyncIterable<readonly T[]>>): AsyncGenerator<T[]> {
  const sources = [...given].map((batches, place) => ({ place, batches: batches[Symbol.asyncIterator]() }));
  const heap = new Heap<T>();
  try {
    for (const source of sources) {
      const { done, value } = await source.batches.next();
      if (done !== true) heap.push({ ...source, batch: value, at: 0 });
    }
    let merged: T[] = [];
    for (let source = heap.first; source !== undefined; source = heap.first) {
      merged.push(source.batch[source.at++] as T);
      if (source.at === source.batch.length) {
        const { done, value } = await source.batches.next();
        source.batch = done === true ? [] : value;
        source.at = 0;
      }
      heap.settle();
      if (merged.length < BATCH) continue;
      yield merged;
      merged = [];
    }
    if (merged.length > 0) yield merged;
  } finally {
    for (const { batches } of sources) await batches.return?.();
  }
}

/** Sources by what each has next. */
class Heap<T extends Timed> {
  readonly #sources: Source<T>[] = [];

  get first(): Source<T> | undefined {
    return this.#sources[0];
  }

  push(source: Source<T>): void {
    let at = this.#sources.push(source) - 1;
    for (let above = (at - 1) >> 1; at > 0 && this.#isBefore(at, above); above = (at - 1) >> 1) {
      this.#swap(at, above);
      at = above;
    }
  }

  /** The first source has something else next, or nothing. */
  settle(): void {
    if (this.#sources[0]?.batch.length === 0) {
      const last = this.#sources.pop() as Source<T>;
      if (this.#sources.length > 0) this.#sources[0] = last;
    }
    for (let at = 0; ; ) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2])
        if (below < this.#sources.length && this.#isBefore(below, least)) least = below;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#sources[one] as Source<T>, this.#sources[other] as Source<T>];
    const difference = (a.batch[a.at] as T).orderMs - (b.batch[b.at] as T).orderMs;
    return difference < 0 || (difference === 0 && a.place < b.place);
  }

  #swap(one: number, other: number): void {
    const source = this.#sources[one] as Source<T>;
    this.#sources[one] = this.#sources[other] as Source<T>;
    this.#sources[other] = source;
  }
}
