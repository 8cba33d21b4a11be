/**
 * What all connections of one socket together may keep in memory: answers that are not read, requests that have not come
 * completely, requests that wait. The number of connections alone would not bound it.
 */

export interface Holder {
  /** Ends the connection, which lets go what it holds. */
  cutOff(): void;
}

export class MemoryBudget {
  private readonly limit: number;
  private readonly fairShare: number;
  /** In the order in which they began to hold something. */
  private readonly held = new Map<Holder, number>();
  private total = 0;

  /** `limit` in bytes, for at most `holders` at once. */
  constructor(limit: number, holders: number) {
    this.limit = limit;
    this.fairShare = limit / holders;
  }

  /**
   * Notes how many bytes `holder` has now. If that is too much for all together, the oldest of those that have more than
   * their share are cut off: whoever reads what it asked for does not hold anything for long.
   */
  note(holder: Holder, bytes: number): void {
    this.total += bytes - (this.held.get(holder) ?? 0);
    if (bytes === 0) this.held.delete(holder);
    else this.held.set(holder, bytes);
    if (this.total <= this.limit) return;
    for (const [other, share] of this.held) {
      if (share < this.fairShare) continue;
      this.note(other, 0);
      other.cutOff();
      if (this.total <= this.limit) return;
    }
  }
}
