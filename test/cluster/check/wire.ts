/** A link of the network that is long or narrow: a program between two interfaces (`wire.c`), as not all kernels have netem. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface WireKind {
  /** Each way. */
  readonly delayMs: number;
  /** Each way; 0: as fast as it comes. */
  readonly bytesPerS: number;
}

export class Wire {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Resolves when it carries. */
  static async between(program: string, one: string, other: string, { delayMs, bytesPerS }: WireKind): Promise<Wire> {
    const words = [one, other, String(delayMs), String(bytesPerS)];
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit').then(([status]) => {
      throw new Error(`${program} ${words.join(' ')} ended with ${status}`);
    });
    // Later nobody waits for it.
    ended.catch(() => {});
    await Promise.race([once(child.stdout, 'data'), ended]);
    return new Wire(child);
  }

  /** What is under way is lost. */
  async cut(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await ended;
  }
}
