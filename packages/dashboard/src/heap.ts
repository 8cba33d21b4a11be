/** The memory of a gateway, which is mostly idle. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TIDY_AFTER_MS, TIDY_INTERVAL_MS } from './limits.ts';

/**
 * The young generation stays as small as it is when the gateway begins, instead of growing to 16 megabytes and staying there; and V8 compiles
 * to machine code only what has run for long: the compiler takes four megabytes on its first use. The old generation is collected when it has
 * grown by a tenth: an answer about a thousand jobs is garbage as soon as it was sent. V8 itself collects nothing while the gateway is idle,
 * which it would do three times after each scrape: `IdleTidying` does that.
 */
const FLAGS = [
  '--semi-space-growth-factor=1',
  '--heap-growing-percent=10',
  '--interrupt-budget=2000000',
  '--max-bytecode-size-for-early-opt=0',
  '--no-memory-reducer',
];

/** Call this first: V8 counts from then on. */
export function keepHeapSmall(): void {
  // Node 20. Later versions of V8 complain about unknown flags.
  if (process.versions.v8.startsWith('11.')) for (const flag of FLAGS) setFlagsFromString(flag);
}

/** Collects garbage once requests have been over for a while: V8 would wait for the next ones. Those that come all the time have it done seldom. */
export class IdleTidying {
  #timer: NodeJS.Timeout | null = null;
  /** Of monotonic time; when it was done last. */
  #doneMs = Number.NEGATIVE_INFINITY;
  #collect: (() => void) | null = null;

  constructor() {
    // The start is a burst of work, too.
    this.note();
  }

  /** There was a request. */
  note(): void {
    if (this.#timer !== null) this.#timer.refresh();
    else {
      const earliestMs = this.#doneMs + TIDY_INTERVAL_MS - performance.now();
      this.#timer = setTimeout(
        () => {
          this.#timer = null;
          this.#tidy();
        },
        Math.max(TIDY_AFTER_MS, earliestMs),
      ).unref();
    }
  }

  #tidy(): void {
    this.#doneMs = performance.now();
    if (this.#collect === null) {
      setFlagsFromString('--expose-gc');
      this.#collect = runInNewContext('gc') as () => void;
    }
    // The first one frees memory and leaves gaps, which the second one closes.
    this.#collect();
    this.#collect();
  }
}
