/**
 * Work that takes a while is done one piece a turn of the event loop, so that others are heard in between. Those who may change things go
 * first; of several pieces in a row one is a stranger's all the same.
 */

/** So many in a row go first, before one that has to wait gets its turn. */
const IN_A_ROW = 4;

export class Turns {
  private readonly first = new Set<() => void>();
  private readonly strangers = new Set<() => void>();
  /** A piece of work has been let in during this turn. */
  private taken = false;
  /** How many have gone before strangers since one of these had a turn. */
  private before = 0;

  /** Resolves when it is the caller's turn: now, or after those who asked before. */
  next(privileged: boolean): Promise<void> {
    if (!this.taken) {
      this.take();
      return Promise.resolve();
    }
    const line = privileged ? this.first : this.strangers;
    return new Promise((resolve) => line.add(resolve));
  }

  private take(): void {
    this.taken = true;
    setImmediate(() => {
      this.taken = false;
      const line = this.whoseTurn();
      for (const resolve of line) {
        line.delete(resolve);
        this.take();
        resolve();
        break;
      }
    });
  }

  private whoseTurn(): Set<() => void> {
    const isStrangers = this.first.size === 0 || (this.strangers.size > 0 && this.before >= IN_A_ROW);
    this.before = isStrangers || this.strangers.size === 0 ? 0 : this.before + 1;
    return isStrangers ? this.strangers : this.first;
  }
}
