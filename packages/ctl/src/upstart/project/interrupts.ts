/** Ctrl-C and its kin during one command: an early one ends the showing, a later one kills. */
import type { CommandContext } from '../../context.ts';

export class Interrupts {
  /** Resolves at the first one. */
  readonly first: Promise<void>;
  readonly #kill = new AbortController();
  readonly #stop: (() => void) | undefined;
  #count = 0;

  /** `killsAt`: the one that kills. `onKill` is called then. */
  constructor({ onInterrupt }: CommandContext, killsAt: 1 | 2, onKill: () => void) {
    let begin: () => void = () => {};
    this.first = new Promise((resolve) => {
      begin = resolve;
    });
    this.#stop = onInterrupt?.(() => {
      this.#count += 1;
      begin();
      if (this.#count !== killsAt) return;
      onKill();
      this.#kill.abort();
    });
  }

  /** Aborted when all is to be killed. */
  get kill(): AbortSignal {
    return this.#kill.signal;
  }

  /** From now on an interrupt ends the command. */
  close(): void {
    this.#stop?.();
  }
}
