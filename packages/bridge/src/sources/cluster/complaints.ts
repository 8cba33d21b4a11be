/** Logs each reason of a trouble once, though calls that fail and calls that do not alternate, until none has failed for a while. */
import { performance } from 'node:perf_hooks';
import type { Log } from '../../log.ts';

/** No failure for so long, and it is another trouble. */
const OVER_MS = 60_000;

export class Complaints {
  readonly #log: Pick<Log, 'warn'>;
  readonly #nowMs: () => number;
  readonly #logged = new Set<string>();
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(log: Pick<Log, 'warn'>, nowMs = () => performance.now()) {
    this.#log = log;
    this.#nowMs = nowMs;
  }

  add(text: string): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#lastMs > OVER_MS) this.#logged.clear();
    this.#lastMs = nowMs;
    if (this.#logged.has(text)) return;
    this.#logged.add(text);
    this.#log.warn(text);
  }
}
