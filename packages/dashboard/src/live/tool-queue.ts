/** Helper programs, a few at a time: the others wait, and beyond a bound they are rejected. */
import { ProblemError } from '../http/problem.ts';
import { MAX_TOOLS, MAX_WAITING_TOOLS } from '../limits.ts';

export class ToolQueue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= MAX_TOOLS) {
      if (this.#waiting.length >= MAX_WAITING_TOOLS)
        throw new ProblemError(503, 'too-busy', 'Too many simulations and pictures are being made; try again');
      // The one that ends hands its place over.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
