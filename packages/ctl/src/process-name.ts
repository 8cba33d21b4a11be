/** The name of this process to others. */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Gives the process the name of its program, by which init's history knows callers; else it has that of Node. */
export function nameProcess(program: string): void {
  try {
    // Unlike `process.title`, this leaves the command line to `ps`.
    writeFileSync('/proc/self/comm', basename(program));
  } catch {
    // Only the history says less.
  }
}
