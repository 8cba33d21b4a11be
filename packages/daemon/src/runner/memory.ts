/**
 * Returns unused memory of a process that is mostly idle. V8 lets its heap grow during a burst of work, and frees it only in the next one;
 * this collects garbage after the burst. After the start it also returns what of Node's program has been mapped for that.
 */

/** The number of inputs of a burst; after fewer, a collection is not worth its time. */
const BURST = 256;
/** A burst ends when fewer than FEW inputs arrive in QUIET milliseconds: a trickle does not prolong it. */
const FEW = 16;
const QUIET = 1000;

export class Memory {
  #inputs = BURST;
  #seen = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #collect: () => void;

  /** `collect` frees unused memory. */
  constructor(collect: () => void) {
    this.#collect = collect;
    // The start is a burst, too.
    this.#wait();
  }

  /** Counts inputs. */
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

/** Tidies up, after the start with the module of `packages/daemon/idle` at this path; without it, pages of the program stay mapped. */
export function tidier(modulePath: string): () => void {
  let isStart = true;
  return () => {
    // V8's garbage collection exists if Node was started with --expose-gc, as the supervisor does.
    // The first one frees memory and leaves gaps, which the second one closes.
    globalThis.gc?.();
    globalThis.gc?.();
    // Once: what is mapped again from then on is in use, and would cost the next burst a third of a millisecond.
    if (isStart) load(modulePath)();
    isStart = false;
  };
}

function load(path: string): () => void {
  const module: { exports: unknown } = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch {
    // A Node or a system that cannot load it needs more memory, and does the same.
  }
  return typeof module.exports === 'function' ? (module.exports as () => void) : () => {};
}
