/**
 * Matches lines with a pattern of a job's file. Some patterns take longer than the age of the universe for a short line, so V8 has to
 * give up after a moment: the daemon is held up for that long, once.
 */
import { createContext, Script } from 'node:vm';

/** The longest time for the lines of one piece of output, in milliseconds. */
export const MATCH_MS = 100;

const SCRIPT = new Script('lines.some((line) => pattern.test(line))');

interface Globals {
  pattern: RegExp;
  lines: readonly string[];
}

export class LinePattern {
  readonly #context: Globals;

  constructor(pattern: string) {
    this.#context = createContext({ pattern: new RegExp(pattern), lines: [] }) as unknown as Globals;
  }

  /** Whether a line matches; null: that takes too long. */
  matches(lines: readonly string[]): boolean | null {
    this.#context.lines = lines;
    try {
      return SCRIPT.runInContext(this.#context, { timeout: MATCH_MS }) === true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      return null;
    } finally {
      this.#context.lines = [];
    }
  }
}
