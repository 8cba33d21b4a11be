/** Reading the end of a job's log, whose lines end in CR LF because a pty wrote them. */
import { fstatSync, readSync } from 'node:fs';
import { withRegularFile } from './regular-file.ts';
import { decodeText } from './text.ts';

/** How much of a file is looked at for its last lines, in bytes. */
const TAIL_BYTES = 256 * 1024;

/** A piece of a file, and the position behind it. */
export interface Piece {
  readonly text: string;
  readonly end: number;
  /** Identifies the file, so that one that took its name is noticed. */
  readonly inode: number;
}

/** The bytes from `start` on, but at most the last `TAIL_BYTES`. Throws as `open` does. */
export function readFrom(path: string, start: number): Piece {
  return withRegularFile(path, (fd) => {
    const { size, ino } = fstatSync(fd);
    // A file that has become shorter ends before `start`.
    const from = Math.min(Math.max(start, size - TAIL_BYTES), size);
    const bytes = Buffer.alloc(size - from);
    const length = bytes.length === 0 ? 0 : readSync(fd, bytes, 0, bytes.length, from);
    return { text: decodeText(bytes.subarray(0, length)), end: from + length, inode: ino };
  });
}

/** The last `count` lines of a piece of text. */
export function tail(text: string, count: number): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return count === 0 ? [] : lines.slice(-count);
}

/** The last `count` lines of the file; none if there is no file. */
export function lastLines(path: string, count: number): string[] {
  try {
    return tail(readFrom(path, 0).text, count);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
