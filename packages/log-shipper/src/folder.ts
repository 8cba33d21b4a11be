/** Notices that something was written in the folder of logs. However much is written, it looks seldom. */
import { type FSWatcher, watch } from 'node:fs';

/** The pause behind an event before the next look; looks take a twentieth of the time, at most. */
const PAUSE_MS = 200;
const SHARE = 20;
/** A folder that is not there is awaited by looking. */
const MISSING_MS = 2000;

export class LogFolder {
  readonly #path: string;
  readonly #look: () => void;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /** Looks for the first time at once. */
  constructor(path: string, look: () => void) {
    this.#path = path;
    this.#look = look;
    this.#again();
  }

  close(): void {
    this.#isOver = true;
    this.#watcher?.close();
    clearTimeout(this.#timer);
  }

  /** Looks again after so many milliseconds, unless something is written before. */
  later(delayMs: number): void {
    this.#timer ??= setTimeout(() => this.#again(), delayMs);
  }

  /** Watches, and then looks: what comes in between is noticed. */
  #again(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isOver) return;
    const beganMs = performance.now();
    try {
      this.#watcher?.close();
      this.#watcher = watch(this.#path, () => this.#event(pauseMs));
      this.#watcher.on('error', () => this.#event(MISSING_MS));
    } catch {
      this.#watcher = null;
      this.later(MISSING_MS);
    }
    this.#look();
    const pauseMs = Math.max(PAUSE_MS, (performance.now() - beganMs) * SHARE);
  }

  #event(pauseMs: number): void {
    this.#watcher?.close();
    this.#watcher = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#again(), pauseMs);
  }
}
