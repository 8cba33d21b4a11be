/**
 * Returns unused memory of a process that is mostly idle. V8 lets its heap grow during a burst of work, and frees it only in the next one;
 * the kernel keeps mapped what of Node's program a burst, and first of all the start, has run. After the burst this gives both back.
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

/** Tidies up, with the module of `packages/daemon/idle` at this path; without it, pages of the program stay mapped. */
export function tidier(modulePath: string): () => void {
  let returnMemory: (() => void) | undefined;
  return () => {
    // V8's garbage collection exists if Node was started with --expose-gc, as the supervisor does.
    // The first one frees memory and leaves gaps, which the second one closes.
    globalThis.gc?.();
    globalThis.gc?.();
    returnMemory ??= load(modulePath);
    returnMemory();
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
