/**
 * Questions about clients that nothing waits for. They are asked together: a question by itself wakes the supervisor and then this daemon,
 * which costs as much as many a request.
 */
import { programName } from '../proc/program-name.ts';

/** The most questions that are asked together, and the longest time that the first of them waits, in milliseconds. */
export const ASKED_TOGETHER = 32;
const ASK_WITHIN_MS = 1000;

export class Callers {
  #questions: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Names of programs by their pids, since the questions before: many clients have the same parent. */
  readonly #names = new Map<number, string | null>();

  /** Calls `ask` soon, with others. */
  later(ask: () => void): void {
    if (this.#questions.push(ask) >= ASKED_TOGETHER) this.askNow();
    else this.#timer ??= setTimeout(() => this.askNow(), ASK_WITHIN_MS).unref();
  }

  askNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#names.clear();
    for (const ask of this.#questions.splice(0)) ask();
  }

  /** As `programName`. */
  nameOf(pid: number, sinceMs: number): string | null {
    let name = this.#names.get(pid);
    if (name === undefined) {
      name = programName(pid, sinceMs)?.name ?? null;
      this.#names.set(pid, name);
    }
    return name;
  }
}
