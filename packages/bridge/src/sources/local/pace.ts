/** Holds back what comes too fast: so many in a second, and the rest in the next one. */
import type { Clock } from '../../clock.ts';

const SECOND_MS = 1000;

export class Pace {
  readonly #clock: Pick<Clock, 'nowMs' | 'after'>;
  readonly #perSecond: number;
  #beganMs = 0;
  #count = 0;

  constructor(clock: Pick<Clock, 'nowMs' | 'after'>, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** Resolves when the next one may pass. */
  async next(): Promise<void> {
    for (;;) {
      const pastMs = this.#clock.nowMs() - this.#beganMs;
      // The clock may have been set back.
      if (pastMs < 0 || pastMs >= SECOND_MS) {
        this.#beganMs = this.#clock.nowMs();
        this.#count = 0;
      }
      if (this.#count < this.#perSecond) {
        this.#count++;
        return;
      }
      await new Promise<void>((resolve) => void this.#clock.after(SECOND_MS - pastMs, resolve));
    }
  }
}
