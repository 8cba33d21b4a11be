/** Work that takes a while is done one piece a turn of the event loop, so that others are heard in between. */
export class Turns {
  private readonly waiting = new Set<() => void>();
  /** A piece of work has been let in during this turn. */
  private taken = false;

  /** Resolves when it is the caller's turn: now, or after those who asked before. */
  next(): Promise<void> {
    if (!this.taken) {
      this.take();
      return Promise.resolve();
    }
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  private take(): void {
    this.taken = true;
    setImmediate(() => {
      this.taken = false;
      for (const resolve of this.waiting) {
        this.waiting.delete(resolve);
        this.take();
        resolve();
        break;
      }
    });
  }
}
