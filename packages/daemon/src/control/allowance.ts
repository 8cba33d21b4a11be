/** The work for one client in one turn of the event loop, before others have theirs. */

/** How many requests are begun, and how many bytes of small ones are read. */
const REQUESTS = 32;
export const BYTES = 4096;

export class Allowance {
  private readonly renewed: () => void;
  private requests = 0;
  private bytes = 0;
  private nextTurn: NodeJS.Immediate | null = null;

  /** `renewed` is called at the next turn, after one in which something was taken. */
  constructor(renewed: () => void) {
    this.renewed = renewed;
  }

  get hasRequests(): boolean {
    return this.requests < REQUESTS;
  }

  get hasBytes(): boolean {
    return this.bytes < BYTES;
  }

  takeRequest(): void {
    this.requests++;
    this.renewNextTurn();
  }

  takeBytes(count: number): void {
    this.bytes += count;
    this.renewNextTurn();
  }

  private renewNextTurn(): void {
    this.nextTurn ??= setImmediate(() => {
      this.nextTurn = null;
      this.requests = 0;
      this.bytes = 0;
      this.renewed();
    });
  }
}
