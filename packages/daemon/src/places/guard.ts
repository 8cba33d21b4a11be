/**
 * Recreates files that other programs remove under a running init: its sockets, session file and run-time folder. The kernel reports
 * removals, so nothing is polled.
 */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log/log.ts';
import { RemovalWatch } from '../state/removal-watch.ts';

/** A file or folder that has to exist. */
export interface GuardedPart {
  readonly path: string;
  isThere(): boolean;
  /** Rejects, or throws, when it cannot be made now. */
  make(): void | Promise<void>;
}

export interface Guarded {
  /** In the order in which they are made. */
  readonly parts: readonly GuardedPart[];
  /** Folders of ours that are watched. */
  readonly folders: readonly string[];
  /** A folder of others: nothing below it is made while it is missing. */
  readonly root: string;
  /** Called at once when an entry of a folder has appeared or gone. */
  look(): void;
}

/** The delay before anything is recreated, in milliseconds, so that the removal of a whole tree finishes first. */
const SETTLE_MS = 250;
/** The first and the longest pause before something is recreated, in milliseconds; it doubles if it is removed again within the longest. */
const RETRY_MS = { first: 1000, last: 60_000 } as const;

export class PlaceGuard {
  readonly #guarded: Guarded;
  readonly #log: Pick<Log, 'write'>;
  #watches: RemovalWatch[] = [];
  #over = new AbortController();
  #isDue = false;
  #pauseMs: number = SETTLE_MS;
  #madeAt = Number.NEGATIVE_INFINITY;
  /** The failure to make it has been logged. */
  #complained = false;

  constructor(guarded: Guarded, log: Pick<Log, 'write'>) {
    this.#guarded = guarded;
    this.#log = log;
    this.#watch();
  }

  close(): void {
    this.#over.abort();
    for (const watch of this.#watches) watch.close();
  }

  #watch(): void {
    for (const watch of this.#watches) watch.close();
    this.#watches = this.#guarded.folders.map((folder) => new RemovalWatch(folder, () => this.#changed()));
  }

  #changed(): void {
    this.#guarded.look();
    void this.#checkSoon();
  }

  async #checkSoon(): Promise<void> {
    if (this.#isDue || this.#over.signal.aborted) return;
    this.#isDue = true;
    try {
      await pause(this.#pauseMs, undefined, { signal: this.#over.signal });
    } catch {
      return;
    }
    this.#isDue = false;
    await this.#check();
  }

  async #check(): Promise<void> {
    const missing = this.#missing();
    if (missing.length === 0) {
      if (performance.now() - this.#madeAt > RETRY_MS.last) this.#pauseMs = SETTLE_MS;
      return;
    }
    const again = performance.now() - this.#madeAt <= RETRY_MS.last;
    const made = existsSync(this.#guarded.root) && (await this.#make(missing));
    if (this.#over.signal.aborted) return;
    if (made) {
      if (!again) this.#log.write('warn', `${names(missing)}: Removed by somebody, and made again`);
      this.#madeAt = performance.now();
      this.#complained = false;
      this.#watch();
    }
    this.#pauseMs = Math.min(Math.max(RETRY_MS.first, 2 * this.#pauseMs), RETRY_MS.last);
    // Also files that were removed before the watch began again.
    if (!made || this.#missing().length > 0) void this.#checkSoon();
  }

  #missing(): GuardedPart[] {
    return this.#guarded.parts.filter((part) => !isThere(part));
  }

  async #make(missing: readonly GuardedPart[]): Promise<boolean> {
    try {
      for (const part of missing) await part.make();
      return missing.every(isThere);
    } catch (error) {
      if (!this.#complained) {
        this.#log.write(
          'error',
          `${names(missing)}: Removed by somebody, cannot be made again for now: ${(error as Error).message}`,
        );
      }
      this.#complained = true;
      return false;
    }
  }
}

/** A file that cannot be inspected counts as absent. */
function isThere(part: GuardedPart): boolean {
  try {
    return part.isThere();
  } catch {
    return false;
  }
}

function names(parts: readonly GuardedPart[]): string {
  return parts.map(({ path }) => path).join(', ');
}
