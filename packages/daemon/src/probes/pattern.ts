/**
 * Matches lines with a pattern of a job's file. Some patterns take longer than the age of the universe for a short line, so V8 has to
 * give up after a moment: the daemon is held up for that long, once.
 */
import { createContext, Script } from 'node:vm';

/** The longest time for the lines of one piece of output, in milliseconds. */
export const MATCH_MS = 100;
/** V8 counts the time of the clock: where others had the processor meanwhile it is tried again, so often at most. */
const MAX_TRIES = 10;

const SCRIPT = new Script('lines.some((line) => pattern.test(line))');

interface Globals {
  pattern: RegExp;
  lines: readonly string[];
}

/** One for all patterns: a context takes half a megabyte. */
let context: Globals | undefined;

export class LinePattern {
  readonly #pattern: RegExp;

  constructor(pattern: string) {
    this.#pattern = new RegExp(pattern);
  }

  /** Whether a line matches; null: that takes too long. */
  matches(lines: readonly string[]): boolean | null {
    context ??= createContext({ pattern: this.#pattern, lines }) as unknown as Globals;
    context.pattern = this.#pattern;
    context.lines = lines;
    try {
      for (let tries = 1; ; tries++) {
        const before = process.cpuUsage();
        try {
          return SCRIPT.runInContext(context, { timeout: MATCH_MS }) === true;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
          const { user, system } = process.cpuUsage(before);
          if (tries === MAX_TRIES || (user + system) / 1000 >= MATCH_MS / 2) return null;
        }
      }
    } finally {
      context.lines = [];
    }
  }
}
