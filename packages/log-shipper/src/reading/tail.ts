/** One log as one target reads it: through all its files, from a position on. */
import { closeSync, fstatSync, readSync, statSync } from 'node:fs';
import { indexPathOf, LogIndex } from '@upstart/common';
import {
  compressedBlocks,
  type Line,
  LineTimes,
  type LogFile,
  type LogPart,
  linesOf,
  openPart,
  partsOf,
  plainBlocks,
} from '@upstart/log-reader';
import { beginningOf, gone, isGone, isIn, type Position, placeIn, startFrom, textBytes } from './position.ts';

/** A line without an end is sent when nothing has followed it for so long. */
export const UNFINISHED_MS = 5000;
/** What is looked at for the end of the last line, in bytes; a longer line is divided. */
const LOOKED_AT = 1024 * 1024;
const NEWLINE = 10;
/** How often the files are looked up when they are renamed just then. */
const MAX_LOOKS = 5;

interface Piece {
  readonly part: LogPart;
  readonly from: number;
  readonly to: number;
  readonly position: Position;
}

/** Lines that follow each other, and the position behind them. */
export interface Portion {
  readonly lines: readonly (Line & { readonly timeMs: number; readonly pid: number; readonly sequence: number })[];
  readonly position: Position;
}

/** Whether all files were read, or have to be looked up again. */
type Outcome = 'complete' | 'outdated';

export interface TailParts {
  /** Without a position, output from then on is read; in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** So many bytes will be read by nobody. */
  dropped(bytes: number): void;
  /** A file cannot be read, or is damaged. */
  failed(path: string, error: unknown): void;
}

export class Tail {
  readonly log: LogFile;
  readonly #parts: TailParts;
  /** null: nothing has been read yet. */
  #position: Position | null;
  #reading: AsyncGenerator<Portion, Outcome> | null = null;
  #hasUnfinished = false;

  constructor(log: LogFile, position: Position | null, parts: TailParts) {
    this.log = log;
    this.#position = position;
    this.#parts = parts;
  }

  /** Whether a line without an end waits for it. */
  get hasUnfinished(): boolean {
    return this.#hasUnfinished;
  }

  /** The next lines; null: there are none at present. Throws if a file cannot be read. */
  async read(): Promise<Portion | null> {
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      this.#reading ??= this.#portions();
      try {
        const { done, value } = await this.#reading.next();
        if (done !== true) {
          this.#position = value.position;
          return value;
        }
        this.#reading = null;
        if (value === 'complete') return null;
      } catch (error) {
        this.#reading = null;
        throw error;
      }
    }
    return null;
  }

  /** The bytes that are there and not read. */
  backlog(): number {
    return this.#pieces().reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Leaves out so many of the oldest bytes, and the rest of the line in which they end. */
  async skip(bytes: number): Promise<void> {
    await this.close();
    let missing = bytes;
    for (const { part, from, to, position } of this.#pieces()) {
      if (missing <= 0) return;
      const end = missing >= to - from || part.isCompressed ? to : lineStart(part, from + missing, to);
      this.#parts.dropped(end - from);
      missing -= end - from;
      this.#position = { ...position, offset: end };
    }
  }

  async close(): Promise<void> {
    await this.#reading?.return('outdated');
    this.#reading = null;
  }

  async *#portions(): AsyncGenerator<Portion, Outcome> {
    this.#hasUnfinished = false;
    for (const { part, from, to, position } of this.#pieces()) {
      const isLast = part.path === this.log.path;
      let end = to;
      let { offset } = position;
      try {
        if (isLast) end = this.#endOfLines(part, from, to);
        if (end <= from) continue;
        for await (const portion of this.#portionsOf({ part, from, to: end, position })) {
          offset = portion.position.offset;
          yield portion;
        }
      } catch (error) {
        // It was compressed or removed since this look.
        if (isGone(error)) return 'outdated';
        // The file that is written may be readable later; an old one that is damaged stays so, and others come behind it.
        if (isLast) throw error;
        this.#parts.failed(part.path, error);
        this.#parts.dropped(end - offset);
        yield { lines: [], position: { ...position, offset: end } };
      }
    }
    return 'complete';
  }

  async *#portionsOf({ part, from, to, position }: Piece): AsyncGenerator<Portion> {
    const fd = openPart(part);
    let isOpen = true;
    const index = LogIndex.open(indexPathOf(this.log.path, part.inode));
    try {
      if (isAnother(fd, index?.stamp(0).atMs ?? 0, part, position)) throw gone();
      const times = new LineTimes(index, new Date());
      isOpen = !part.isCompressed;
      const blocks = part.isCompressed ? compressedBlocks(fd, from, to) : plainBlocks(fd, from, to);
      let { atMs } = position;
      for await (const lines of linesOf(blocks, from)) {
        const timed = lines.map((line) => {
          atMs = Math.max(times.of(line) ?? part.writtenMs, atMs);
          return { ...line, timeMs: atMs, pid: times.pidOf(line), sequence: position.before + line.offset };
        });
        const offset = lines.at(-1)?.end ?? from;
        yield { lines: timed, position: { ...position, offset, size: Math.max(offset, position.size), atMs } };
      }
    } finally {
      index?.close();
      if (isOpen) closeSync(fd);
    }
  }

  /** What is not read, oldest first. The first look begins at the time that is wanted. */
  #pieces(): Piece[] {
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      try {
        return this.#look();
      } catch (error) {
        // A file was compressed or removed meanwhile.
        if (!isGone(error)) throw error;
      }
    }
    return [];
  }

  #look(): Piece[] {
    const current = this.#current();
    if (current !== null) return current;
    const parts = this.#files();
    let position = this.#position;
    let at = position === null ? -1 : placeIn(position, this.log, parts);
    if (position === null) {
      const start = startFrom(this.log, parts, this.#parts.sinceMs);
      if (start === null) return [];
      at = start.at;
      position = this.#positionAt(parts[at] as LogPart, start.offset, { before: -start.offset, atMs: 0 });
    } else if (at < 0) {
      this.#mustBe(parts);
      const next = this.#behindLost(position, parts);
      if (next === null) return [];
      [at, position] = next;
    }
    const pieces: Piece[] = [];
    for (const part of parts.slice(at)) {
      const size = textBytes(part);
      // It was cut off, and is written from its beginning again.
      if (size < position.offset) position = { ...position, before: position.before + position.size, offset: 0 };
      position = {
        ...position,
        inode: String(part.inode),
        beganMs: position.beganMs || beginningOf(this.log, part.inode),
        size,
      };
      pieces.push({ part, from: position.offset, to: size, position });
      const next = parts[parts.indexOf(part) + 1];
      if (next !== undefined)
        position = this.#positionAt(next, 0, { before: position.before + size, atMs: position.atMs });
    }
    this.#mustBe(parts);
    return pieces.filter(({ from, to }) => from < to);
  }

  #files(): LogPart[] {
    return partsOf([this.log]).get(this.log) ?? [];
  }

  /** Throws where these are not the files any more: what was found out about them may be true of others. */
  #mustBe(parts: readonly LogPart[]): void {
    const now = this.#files();
    if (now.length !== parts.length || parts.some(({ inode }, i) => inode !== now[i]?.inode)) throw gone();
  }

  /** What is not read, if the position is in the file that is written: then no other one is looked for. */
  #current(): Piece[] | null {
    const { path } = this.log;
    const position = this.#position;
    const found = position === null ? undefined : statSync(path, { bigint: true, throwIfNoEntry: false });
    if (position === null || found === undefined || String(found.ino) !== position.inode) return null;
    const [size, writtenMs] = [Number(found.size), Number(found.mtimeMs)];
    if (size === position.offset) return [];
    if (size < position.offset || !isIn(position, this.log, found.ino)) return null;
    const part = { path, isCompressed: false, inode: found.ino, writtenMs, size };
    const beganMs = position.beganMs || beginningOf(this.log, found.ino);
    return [{ part, from: position.offset, to: size, position: { ...position, beganMs, size } }];
  }

  /** Its file is gone: what was not read of it is lost, and the next one is the first that is younger. */
  #behindLost(lost: Position, parts: readonly LogPart[]): [number, Position] | null {
    const at = parts.findIndex((part) => (beginningOf(this.log, part.inode) || part.writtenMs) > lost.atMs);
    if (at < 0) return null;
    this.#parts.dropped(Math.max(0, lost.size - lost.offset));
    const position = this.#positionAt(parts[at] as LogPart, 0, { before: lost.before + lost.size, atMs: lost.atMs });
    this.#position = position;
    return [at, position];
  }

  #positionAt({ inode, size }: LogPart, offset: number, { before, atMs }: Pick<Position, 'before' | 'atMs'>): Position {
    return { inode: String(inode), beganMs: beginningOf(this.log, inode), offset, before, size, atMs };
  }

  /** The end of the last complete line of the file that is written. */
  #endOfLines(part: LogPart, from: number, to: number): number {
    const begin = Math.max(from, to - LOOKED_AT);
    const end = begin + lastNewline(part, begin, to) + 1;
    if (end === to || (end === begin && begin > from)) return to;
    if (Date.now() - part.writtenMs >= UNFINISHED_MS) return to;
    this.#hasUnfinished = true;
    return end === begin ? from : end;
  }
}

/** Whether a file has the number of one that is gone: files that were rotated do not shrink, and keep their first stamp. */
function isAnother(fd: number, beganMs: number, part: LogPart, position: Position): boolean {
  if (beganMs !== 0 && position.beganMs !== 0 && beganMs !== position.beganMs) return true;
  return fstatSync(fd).size < part.size;
}

function bytesBetween(part: LogPart, from: number, to: number): Buffer {
  const fd = openPart(part);
  try {
    const bytes = Buffer.alloc(to - from);
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from));
  } finally {
    closeSync(fd);
  }
}

/** Where the last line end stands, from `from` on; -1: there is none. */
function lastNewline(part: LogPart, from: number, to: number): number {
  return bytesBetween(part, from, to).lastIndexOf(NEWLINE);
}

/** Where the next line begins. */
function lineStart(part: LogPart, from: number, to: number): number {
  const found = bytesBetween(part, from, Math.min(to, from + LOOKED_AT)).indexOf(NEWLINE);
  return found < 0 ? Math.min(to, from + LOOKED_AT) : from + found + 1;
}
