/**
 * Keeps a program running while something needs it. It is a client like any other: it outlives the daemon, registers with each next one, and
 * that waits for it before it starts another.
 */

/** What a program says of itself. */
export interface Registration {
  readonly version: string;
  readonly pid: number;
  /** Init has started it. */
  readonly managed: boolean;
}

/** A program that has been started. */
export interface StartedProgram {
  end(): void;
}

/** The daemon's part in it. */
export interface KeeperParts {
  /** Whether init runs the program at all. */
  readonly isOn: boolean;
  readonly version: string;
  /** How long a program from before may take to register, in milliseconds; 0: there is none. */
  readonly graceMs: number;
  /** Whether all processes are being ended, as the machine goes down: none is started then. */
  isGoingDown(): boolean;
  /** Asks the process of a program from before to end. */
  end(pid: number): void;
  warn(text: string): void;
  nowMs(): number;
  after(delayMs: number, due: () => void): () => void;
}

/** What the program is needed for, at one look at it. */
export interface Need<R extends Registration> {
  readonly isWanted: boolean;
  /** Whether a program that init has started does what is needed now; otherwise it is asked to end. */
  isFit(registration: R): boolean;
  /** Starts it. `ended` gets how it has ended, or null if it did so in order. */
  start(ended: (how: string | null) => void): StartedProgram;
}

export interface Demand<R extends Registration> {
  need(): Need<R>;
  /** The name of the program that was started last, for messages. */
  title(): string;
}

/** The pause before a program that has ended is started again: twice as long each time, up to the last. */
export const FIRST_PAUSE_MS = 1000;
export const LAST_PAUSE_MS = 60_000;
/** The pause after somebody else has asked it to end: at a shutdown all processes are, and must not come back. */
export const DISMISSED_PAUSE_MS = 30_000;

/** Having run this long it may end again at once. */
const STEADY_MS = 60_000;

/** Calls back when a connection has ended: one function for each connection, however often a program registers over it. */
export type Closed = (done: () => void) => void;

export class ProgramKeeper<R extends Registration> {
  readonly #parts: KeeperParts;
  readonly #demand: Demand<R>;
  readonly #registered = new Map<Closed, R>();
  #program: StartedProgram | null = null;
  #startedMs = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #reason: string | null = null;
  #cancel: (() => void) | null = null;
  /** Whether this keeper has asked a program to end. */
  #hasAsked = false;
  #isDue = false;
  #isOver = false;

  constructor(parts: KeeperParts, demand: Demand<R>) {
    this.#parts = parts;
    this.#demand = demand;
  }

  /** The programs that are there, the first that has registered first. */
  get registered(): readonly R[] {
    return [...this.#registered.values()];
  }

  /** Why the last program has ended; null: in order, or it has not. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Looks at what is needed, and waits for a program from before. */
  begin(): void {
    if (!this.#parts.isOn) return;
    if (this.#parts.graceMs > 0 && this.#demand.need().isWanted) this.#lookAfter(this.#parts.graceMs);
    else this.#look();
  }

  /** What is needed may have changed. */
  changed(): void {
    if (!this.#parts.isOn || this.#isDue || this.#isOver) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#look();
    });
  }

  /** A program registers, perhaps once more with what has changed. The value: whether it is to continue. */
  register(given: R, closed: Closed): boolean {
    if (given.managed && (given.version !== this.#parts.version || !this.#parts.isOn)) return false;
    const isKnown = this.#registered.has(closed);
    for (const [other, { pid }] of this.#registered)
      if (pid === given.pid && other !== closed) this.#registered.delete(other);
    this.#registered.set(closed, given);
    if (!isKnown)
      closed(() => {
        if (this.#registered.delete(closed)) this.changed();
      });
    this.changed();
    return true;
  }

  /** Asks its programs to end, also one from before, and starts none any more. */
  close(): void {
    this.#isOver = true;
    this.#cancel?.();
    if (this.#program) this.#program.end();
    else for (const { managed, pid } of this.registered) if (managed) this.#parts.end(pid);
  }

  #look(): void {
    if (this.#isOver) return;
    // Once for all questions: it may have to read all jobs.
    const need = this.#demand.need();
    const managed = this.registered.filter((one) => one.managed);
    for (const one of managed)
      if (!need.isFit(one)) {
        this.#hasAsked = this.#program !== null;
        this.#parts.end(one.pid);
      }
    if (this.#program !== null || managed.length > 0 || this.#cancel !== null || !need.isWanted) return;
    if (this.#parts.isGoingDown()) {
      this.#lookAfter(DISMISSED_PAUSE_MS);
      return;
    }
    this.#startedMs = this.#parts.nowMs();
    this.#program = need.start((how) => this.#ended(how));
  }

  #lookAfter(delayMs: number): void {
    this.#cancel = this.#parts.after(delayMs, () => {
      this.#cancel = null;
      this.#look();
    });
  }

  /** The program has ended: null, as it was asked to or because nothing needed it. */
  #ended(how: string | null): void {
    this.#program = null;
    if (this.#isOver) return;
    if (how === null) {
      const isAnothersWish = !this.#hasAsked && this.#demand.need().isWanted;
      this.#hasAsked = false;
      this.#reason = null;
      if (isAnothersWish) this.#lookAfter(DISMISSED_PAUSE_MS);
      else this.changed();
      return;
    }
    if (this.#parts.nowMs() - this.#startedMs >= STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
    // The same reason again is not worth another line.
    if (how !== this.#reason) this.#parts.warn(`${this.#demand.title()} ${how}; it is started again`);
    this.#reason = how;
    this.#lookAfter(this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
  }
}
