/**
 * Memory of a process that mostly has nothing to do. V8 lets its heap grow as long as there is work, and what a burst has
 * left behind stays until the next one: this gives it back when the burst is over.
 */

/** A burst is so many inputs; collecting after fewer is not worth the time. */
const BURST = 256;
/** It ends when fewer than so many arrive in so many milliseconds: a trickle does not prolong it. */
const FEW = 16;
const QUIET = 1000;

export class Memory {
  #inputs = BURST;
  #seen = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #collect: () => void;

  /** `collect` frees what is not used any more. */
  constructor(collect: () => void = tidyUp) {
    this.#collect = collect;
    // To start is a burst, too.
    this.#wait();
  }

  /** So many inputs have been taken. */
  note(count: number): void {
    this.#inputs += count;
    if (this.#inputs >= BURST) this.#wait();
  }

  #wait(): void {
    if (this.#timer) return;
    this.#seen = this.#inputs;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#inputs - this.#seen >= FEW) {
        this.#wait();
        return;
      }
      this.#inputs = 0;
      this.#collect();
    }, QUIET);
    this.#timer.unref();
  }
}

/** V8's garbage collection, which is there when Node was started with --expose-gc, as the supervisor does. */
function tidyUp(): void {
  // The first one frees memory and leaves gaps, which the second one closes.
  globalThis.gc?.();
  globalThis.gc?.();
}
