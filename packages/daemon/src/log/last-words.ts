/** The last message of a daemon that ends by an error of its own. */
import { writeSync } from 'node:fs';

/** Lines of the error and its stack, and characters of each: an error may quote whatever it failed at. */
export const LINES_MAX = 12;
export const LINE_MAX = 300;

/** The first lines of an error, each of a length that can be read. */
export function lastWords(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  // No more is looked at than could be shown: the first line may be megabytes.
  const lines = text.slice(0, LINES_MAX * LINE_MAX * 2).split('\n', LINES_MAX);
  return lines.map((line) => (line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}…` : line)).join('\n');
}

/**
 * Has uncaught errors end this process with a few readable lines. Node itself would print the line of the source,
 * which is most of the program.
 */
export function endReadably(program: string): void {
  process.on('uncaughtException', (error) => {
    try {
      writeSync(2, `${program}: the daemon ends by an error: ${lastWords(error)}\n`);
    } catch {
      // It cannot be logged; the supervisor reports the daemon's end.
    }
    process.exit(1);
  });
}
