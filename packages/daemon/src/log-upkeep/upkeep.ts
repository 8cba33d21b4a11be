/** Has old logs compressed and removed when a log was rotated. The program for that is loaded for the first time that it is needed. */
import { loadKeeper } from './load.ts';

export interface UpkeepSettings {
  /** Compress old logs. */
  readonly compress: boolean;
  /** The most bytes of all logs together; 0: no limit. */
  readonly totalBytes: number;
}

/** Rotations that come so close together are one, in milliseconds. */
const PAUSE_MS = 1000;

export class LogUpkeep {
  readonly #folder: string;
  readonly #settings: UpkeepSettings;
  readonly #warn: (text: string) => void;
  readonly #said = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isAtWork = false;

  /** `warn` gets each message once. */
  constructor(folder: string, settings: UpkeepSettings, warn: (text: string) => void) {
    this.#folder = folder;
    this.#settings = settings;
    this.#warn = warn;
    // What another daemon has left undone.
    if (settings.compress || settings.totalBytes > 0) this.rotated();
  }

  /** A log was rotated: soon looks at all. */
  rotated(): void {
    this.#timer ??= setTimeout(() => void this.#work(), PAUSE_MS);
  }

  async #work(): Promise<void> {
    this.#timer = undefined;
    if (this.#isAtWork) {
      this.rotated();
      return;
    }
    this.#isAtWork = true;
    try {
      const { keepUp } = await loadKeeper();
      await keepUp(this.#folder, this.#settings, (key, text) => this.#sayOnce(key, text));
    } catch (error) {
      this.#sayOnce('failed', `Unable to look after the logs in ${this.#folder}: ${(error as Error).message}`);
    } finally {
      this.#isAtWork = false;
    }
  }

  #sayOnce(key: string, text: string): void {
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#warn(text);
  }
}
