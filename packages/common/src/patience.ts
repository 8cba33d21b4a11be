/** Limits for the answers of others, which hold after a standstill of this process, too: it may be frozen, or the machine suspended. */

/**
 * A timer in two parts: when this process has stood still, the answers that have arrived meanwhile are read before the second part is over.
 * It does not keep the process alive.
 */
export class Patience {
  #timer: NodeJS.Timeout;

  /** Calls `late` after `patienceMs` milliseconds, unless it is ended before. */
  constructor(patienceMs: number, late: () => void) {
    const partMs = patienceMs / 2;
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(late, partMs).unref();
    }, partMs).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** The answer, or 'late' after `patienceMs` milliseconds. */
export function inTime<T>(answer: Promise<T>, patienceMs: number): Promise<T | 'late'> {
  return new Promise((resolve, reject) => {
    const patience = new Patience(patienceMs, () => resolve('late'));
    answer.finally(() => patience.end()).then(resolve, reject);
  });
}
