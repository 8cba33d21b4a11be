/** The last message of a program that ends by an error of its own. */
import { writeSync } from 'node:fs';
import type { SourceMap } from 'node:module';
import { sourceFrame } from './source-frames.ts';

/** Lines of the error and its stack, and characters of each: an error may quote whatever it failed at. */
export const LINES_MAX = 12;
export const LINE_MAX = 300;

/** The first lines of an error, each of a length that can be read; places in it are those in the sources. */
export function lastWords(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  // No more is looked at than could be shown: the first line may be megabytes.
  const lines = text.slice(0, LINES_MAX * LINE_MAX * 2).split('\n', LINES_MAX);
  const maps = new Map<string, SourceMap | null>();
  return lines.map((line) => shortened(inSources(line, maps))).join('\n');
}

function inSources(line: string, maps: Map<string, SourceMap | null>): string {
  const frame = sourceFrame(line, maps);
  if (frame === null) return line;
  return frame.name === '' ? `    at ${frame.place}` : `    at ${frame.name} (${frame.place})`;
}

function shortened(line: string): string {
  return line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}…` : line;
}

/**
 * Has uncaught errors end this process with a few readable lines. Node itself would print the line of the source,
 * which is most of the program. `beginning` stands before the error.
 */
export function endReadably(beginning: string): void {
  process.on('uncaughtException', (error) => {
    try {
      writeSync(2, `${beginning}: ${lastWords(error)}\n`);
    } catch {
      // It cannot be printed; the supervisor reports the end of a daemon.
    }
    process.exit(1);
  });
}
