/** The last lines of several logs, in the order in which they were written, as far as that can be known. */
import { statSync } from 'node:fs';
import { type Piece, readFrom, tail } from '@upstart/common';
import { timeOfLine } from './line-time.ts';
import type { LogFile } from './log-files.ts';

export interface LogLine {
  readonly file: LogFile;
  readonly text: string;
  /** The time that the line itself has, in milliseconds since the epoch; null: none. */
  readonly timeMs: number | null;
}

/** The part of a log that was read. */
export interface ReadLog {
  readonly file: LogFile;
  readonly lines: readonly LogLine[];
  /** The time of the last write to it, in milliseconds since the epoch. */
  readonly writtenMs: number;
  /** The position after the last byte that was read. */
  readonly piece: Pick<Piece, 'end' | 'inode'>;
}

/** The last `count` lines. Throws as `open` does. */
export function readLog(file: LogFile, count: number, now: Date): ReadLog {
  const piece = readFrom(file.path, 0);
  const lines = tail(piece.text, count).map((text) => ({ file, text, timeMs: timeOfLine(text, now) }));
  return { file, lines, writtenMs: statSync(file.path).mtimeMs, piece };
}

/**
 * All lines, oldest first. A line without a time stays after the line before it in its log. A log without any times is placed at
 * the time of its last write.
 */
export function inTimeOrder(logs: readonly ReadLog[]): LogLine[] {
  const timed = logs.flatMap(({ lines, writtenMs }) => {
    let atMs = lines.find(({ timeMs }) => timeMs !== null)?.timeMs ?? writtenMs;
    return lines.map((line) => {
      atMs = Math.max(atMs, line.timeMs ?? atMs);
      return { atMs, line };
    });
  });
  // Stable: lines of one log keep their order.
  return timed.sort((a, b) => a.atMs - b.atMs).map(({ line }) => line);
}
