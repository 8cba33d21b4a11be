/** A binary heap: `pop` gives the smallest item by `compare`. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    let i = this.#items.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#compare(this.#items[parent] as T, item) <= 0) break;
      this.#items[i] = this.#items[parent] as T;
      i = parent;
    }
    this.#items[i] = item;
  }

  pop(): T | undefined {
    const top = this.#items[0];
    const last = this.#items.pop();
    if (top === undefined || last === undefined || this.#items.length === 0) return top;
    const size = this.#items.length;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#compare(this.#items[child + 1] as T, this.#items[child] as T) < 0) child++;
      if (this.#compare(last, this.#items[child] as T) <= 0) break;
      this.#items[i] = this.#items[child] as T;
      i = child;
    }
    this.#items[i] = last;
    return top;
  }
}
