/** The name of this process to others. */
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { encodeText } from './text.ts';

/** Gives the process the name of its program, by which init's history knows callers; else it has that of Node. */
export function nameProcess(program: string): void {
  try {
    // Unlike `process.title`, this leaves the command line to `ps`.
    writeFileSync('/proc/self/comm', basename(program));
  } catch {
    // Only the history says less.
  }
}

/** Fields of /proc/self/stat, counted behind the program's name: the addresses where the command line begins and ends. */
const BEGIN = 45;
const END = 46;

/**
 * Gives the process the command line that the user typed, by which a bus names the caller in what it refuses; else it has that of Node.
 * `process.title` would leave blanks behind it.
 */
export function nameCommandLine(words: readonly string[]): void {
  try {
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    const begin = Number(fields[BEGIN]);
    // If the last byte is not NUL, the kernel shows the text up to the first NUL.
    const bytes = Buffer.alloc(Number(fields[END]) - begin, '.');
    const text = encodeText(words.join(' ')).subarray(0, bytes.length - 2);
    bytes.set(text);
    bytes[text.length] = 0;
    const memory = openSync('/proc/self/mem', 'r+');
    writeSync(memory, bytes, 0, bytes.length, begin);
    closeSync(memory);
  } catch {
    // Only what the bus refuses says less.
  }
}
