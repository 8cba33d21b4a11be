/** Pauses between attempts: twice as long each time, up to the last. */
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 15_000;

export class Retry {
  #pauseMs = FIRST_PAUSE_MS;
  #end: () => void = () => {};
  #isCancelled = false;

  succeeded(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  /** Ends the pause, and all that come. */
  cancel(): void {
    this.#isCancelled = true;
    this.#end();
  }

  pause(): Promise<void> {
    if (this.#isCancelled) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
