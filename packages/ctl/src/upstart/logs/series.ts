/** One log through all its files: where its last lines begin, and its lines with their times. */

import { closeSync } from 'node:fs';
import { indexPathOf, LogIndex } from '@upstart/common';
import {
  bytesOf,
  compressedBlocks,
  type Found,
  type Line,
  LineTimes,
  type LogFile,
  type LogPart,
  lastOf,
  lastWanted,
  linesOf,
  linesWith,
  openPart,
  type Period,
  plainBlocks,
} from '@upstart/log-reader';

export interface LogLine {
  readonly file: LogFile;
  readonly text: string;
  /** Milliseconds since the epoch; null: not known. */
  readonly timeMs: number | null;
  /** What it is ordered by: never less than that of the line before. */
  readonly orderMs: number;
}

/** The wanted lines. */
export interface Selection {
  readonly period: Period;
  readonly matches: ((text: string) => boolean) | null;
  /** What every line that matches has; null: that is not known. */
  readonly literal?: Buffer | null;
  /** The last ones of each log; infinite: all. */
  readonly count: number;
}

/** The position behind what was read of the file that is written, by which it is followed. */
export interface Position {
  readonly inode: number;
  readonly end: number;
}

interface TimedLine extends Line {
  readonly timeMs: number | null;
}

interface Piece {
  readonly part: LogPart;
  readonly from: number;
  readonly to: number;
}

export class LogSeries {
  readonly file: LogFile;
  readonly #parts: readonly LogPart[];
  readonly #selection: Selection;
  readonly #now: Date;
  readonly #failed: (part: LogPart, error: unknown) => void;

  /** `failed` gets each file that cannot be read, or is damaged; the others are read all the same. */
  constructor(
    file: LogFile,
    parts: readonly LogPart[],
    selection: Selection,
    now: Date,
    failed: (part: LogPart, error: unknown) => void,
  ) {
    this.#failed = failed;
    this.file = file;
    this.#parts = parts;
    this.#selection = selection;
    this.#now = now;
  }

  /** Whether any output has been logged. */
  get isThere(): boolean {
    return this.#parts.length > 0;
  }

  get position(): Position {
    const last = this.#parts.at(-1);
    return last?.path === this.file.path ? { inode: Number(last.inode), end: last.size } : { inode: 0, end: 0 };
  }

  /** The wanted lines, oldest first. */
  async *lines(): AsyncGenerator<LogLine[]> {
    let orderMs = 0;
    for (const piece of await this.#pieces()) {
      for await (const lines of this.#readable(piece)) {
        const known = lines.find(({ timeMs }) => timeMs !== null)?.timeMs;
        orderMs = Math.max(orderMs, orderMs > 0 ? 0 : (known ?? piece.part.writtenMs));
        const { sinceMs, untilMs } = this.#selection.period;
        const shown: LogLine[] = [];
        for (const { text, timeMs } of lines) {
          orderMs = Math.max(orderMs, timeMs ?? orderMs);
          const atMs = timeMs ?? orderMs;
          if (atMs >= sinceMs && atMs < untilMs && this.#isWanted(text))
            shown.push({ file: this.file, text, timeMs, orderMs });
        }
        if (shown.length > 0) yield shown;
      }
    }
  }

  #isWanted(text: string): boolean {
    return this.#selection.matches?.(text) ?? true;
  }

  /** The bytes that are read, oldest first. */
  async #pieces(): Promise<Piece[]> {
    let missing = this.#selection.count;
    const pieces: Piece[] = [];
    for (const part of [...this.#parts].reverse()) {
      if (missing <= 0) break;
      const piece = withIndex(this.file, part, (index) => ({ part, ...bytesOf(part, index, this.#selection.period) }));
      if (piece.from >= piece.to) continue;
      const found = Number.isFinite(missing) ? await this.#lastLines(piece, missing) : { offset: piece.from, count: 0 };
      if (found === null) continue;
      pieces.unshift({ ...piece, from: found.offset });
      missing -= found.count;
    }
    return pieces;
  }

  /** null: it cannot be read. */
  async #lastLines(piece: Piece, count: number): Promise<Found | null> {
    try {
      return await this.#find(piece, count);
    } catch (error) {
      this.#failed(piece.part, error);
      return null;
    }
  }

  async #find(piece: Piece, count: number): Promise<Found> {
    const { period, matches } = this.#selection;
    const isBounded = period.sinceMs > 0 || Number.isFinite(period.untilMs);
    if (!piece.part.isCompressed && matches === null && !isBounded)
      return withFile(piece.part, (fd) => lastOf(fd, piece.from, piece.to, count));
    let orderMs = piece.part.writtenMs;
    return lastWanted(this.#timed(piece), count, (line) => {
      orderMs = line.timeMs ?? orderMs;
      return orderMs >= period.sinceMs && orderMs < period.untilMs && this.#isWanted(line.text);
    });
  }

  async *#readable(piece: Piece): AsyncGenerator<TimedLine[]> {
    try {
      yield* this.#timed(piece);
    } catch (error) {
      this.#failed(piece.part, error);
    }
  }

  async *#timed(piece: Piece): AsyncGenerator<TimedLine[]> {
    const { part, from, to } = piece;
    const index = LogIndex.open(indexPathOf(this.file.path, part.inode));
    const fd = openPart(part);
    try {
      const times = new LineTimes(index, this.#now);
      // Without an index, the time of a line may be that of a line before it.
      const literal = index === null ? null : (this.#selection.literal ?? null);
      const blocks = part.isCompressed ? compressedBlocks(fd, from, to) : plainBlocks(fd, from, to);
      for await (const lines of literal === null ? linesOf(blocks, from) : linesWith(literal, blocks, from))
        yield lines.map((line) => ({ ...line, timeMs: times.of(line) }));
    } finally {
      index?.close();
      if (!part.isCompressed) closeSync(fd);
    }
  }
}

export function withIndex<T>(file: LogFile, part: LogPart, use: (index: LogIndex | null) => T): T {
  const index = LogIndex.open(indexPathOf(file.path, part.inode));
  try {
    return use(index);
  } finally {
    index?.close();
  }
}

function withFile<T>(part: LogPart, use: (fd: number) => T): T {
  const fd = openPart(part);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
