/** For tests: time that passes only when it is let pass, and chance that a seed decides. */

interface Task {
  readonly atMs: number;
  readonly order: number;
  run(): void;
}

/** True time, which no host knows. */
export class Timeline {
  nowMs = 0;
  #order = 0;
  readonly #tasks: Task[] = [];

  at(atMs: number, run: () => void): () => void {
    const task = { atMs: Math.max(atMs, this.nowMs), order: this.#order++, run };
    const { length } = this.#tasks;
    let place = length;
    while (place > 0 && this.#tasks[place - 1]!.atMs > task.atMs) place--;
    this.#tasks.splice(place, 0, task);
    return () => {
      const at = this.#tasks.indexOf(task);
      if (at >= 0) this.#tasks.splice(at, 1);
    };
  }

  runUntil(endMs: number): void {
    for (let next = this.#tasks[0]; next && next.atMs <= endMs; next = this.#tasks[0]) {
      this.#tasks.shift();
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = endMs;
  }
}

/** Numbers from 0 to below 1 that a seed decides. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
