/**
 * Does long work one piece a turn of the event loop, so that other clients are served in between. Privileged clients come
 * first, but strangers get a turn in every few.
 */

/** The most privileged turns in a row while a stranger waits. */
const IN_A_ROW = 4;

export class Turns {
  readonly #first = new Set<() => void>();
  readonly #strangers = new Set<() => void>();
  /** A piece of work was admitted in this turn. */
  #taken = false;
  /** The number of privileged turns since the last turn of a stranger. */
  #before = 0;

  /** Resolves when it is the caller's turn: now, or after earlier callers. */
  next(privileged: boolean): Promise<void> {
    if (!this.#taken) {
      this.#take();
      return Promise.resolve();
    }
    const line = privileged ? this.#first : this.#strangers;
    return new Promise((resolve) => line.add(resolve));
  }

  #take(): void {
    this.#taken = true;
    setImmediate(() => {
      this.#taken = false;
      const line = this.#whoseTurn();
      for (const resolve of line) {
        line.delete(resolve);
        this.#take();
        resolve();
        break;
      }
    });
  }

  #whoseTurn(): Set<() => void> {
    const isStrangers = this.#first.size === 0 || (this.#strangers.size > 0 && this.#before >= IN_A_ROW);
    this.#before = isStrangers || this.#strangers.size === 0 ? 0 : this.#before + 1;
    return isStrangers ? this.#strangers : this.#first;
  }
}
