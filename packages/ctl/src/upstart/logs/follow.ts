/** Follows several logs: prints lines that are appended to any of them. */

import { encodeText, indexPathOf, LogIndex, type Piece, readFrom } from '@upstart/common';
import { LineTimes, type LogFile } from '@upstart/log-reader';
import type { LogLine, Position } from './series.ts';

/** The interval at which the files are checked, in milliseconds. */
const INTERVAL_MS = 250;

export interface FollowedLine extends LogLine {
  /** The place after it, from which following can resume. */
  readonly position: Position;
}

interface Followed {
  readonly file: LogFile;
  end: number;
  inode: number;
  /** The start of a line that is not complete yet. */
  rest: string;
}

export class Follower {
  readonly #followed = new Map<string, Followed>();
  readonly #show: (lines: FollowedLine[]) => void;
  readonly #timer: NodeJS.Timeout;

  /** `read`: the logs that were printed already, and how far. Other logs are printed from the start. */
  constructor(
    read: readonly { readonly file: LogFile; readonly position: Position }[],
    show: (lines: FollowedLine[]) => void,
  ) {
    this.#show = show;
    for (const { file, position } of read) this.#followed.set(file.path, { file, ...position, rest: '' });
    this.#timer = setInterval(() => this.look(), INTERVAL_MS);
  }

  add(files: readonly LogFile[]): void {
    for (const file of files)
      if (!this.#followed.has(file.path)) this.#followed.set(file.path, { file, end: 0, inode: 0, rest: '' });
  }

  /** The log of this label, if it is followed. */
  fileOf(label: string): LogFile | undefined {
    for (const { file } of this.#followed.values()) if (file.label === label) return file;
    return undefined;
  }

  close(): void {
    clearInterval(this.#timer);
    this.look();
    this.#show([...this.#followed.values()].flatMap((followed) => this.#flush(followed)));
  }

  /** Shows what has been appended to all of them, in the order of time. */
  look(): void {
    const lines = [...this.#followed.values()].flatMap((followed) => this.#newLines(followed));
    this.#show(lines.sort((one, other) => one.orderMs - other.orderMs));
  }

  #newLines(followed: Followed): FollowedLine[] {
    const pieces = this.#appended(followed);
    // Such as a prompt: print it when nothing follows.
    if (pieces.length === 0) return this.#flush(followed);
    return pieces.flatMap(({ text, inode, from }) => {
      const timeMs = timeBehind(followed.file, inode, from);
      let end = from - bytesOf(followed.rest);
      const lines = (followed.rest + text).split('\n');
      followed.rest = lines.pop() ?? '';
      return lines.map((line) => {
        end += bytesOf(line) + 1;
        return lineOf(followed.file, line.replace(/\r$/, ''), timeMs, { inode, end });
      });
    });
  }

  #flush(followed: Followed): FollowedLine[] {
    const { file, rest, inode, end } = followed;
    followed.rest = '';
    return rest === '' ? [] : [lineOf(file, rest, timeBehind(file, inode, end - 1), { inode, end })];
  }

  /** What is new: of a file that was rotated since its end, and of the next one, or of one that was truncated all. */
  #appended(followed: Followed): Appended[] {
    const { path } = followed.file;
    const now = pieceFrom(path, followed.end);
    // It does not exist yet, or was renamed a moment ago; the next file of that name is picked up.
    if (now === null) return [];
    const isNext = now.inode !== followed.inode;
    const before = isNext && followed.inode !== 0 ? pieceFrom(`${path}.1`, followed.end) : null;
    const pieces = before?.inode === followed.inode ? [before] : [];
    const own = isNext || now.end < followed.end ? pieceFrom(path, 0) : now;
    if (own !== null) {
      followed.end = own.end;
      followed.inode = own.inode;
      pieces.push(own);
    }
    return pieces.filter(({ text }) => text !== '');
  }
}

interface Appended extends Piece {
  readonly from: number;
}

function pieceFrom(path: string, start: number): Appended | null {
  try {
    const piece = readFrom(path, start);
    return { ...piece, from: Math.min(start, piece.end) };
  } catch {
    return null;
  }
}

/** When the output from there on was read, milliseconds since the epoch. */
function timeBehind(file: LogFile, inode: number, from: number): number | null {
  const index = LogIndex.open(indexPathOf(file.path, inode));
  const timeMs = index === null ? null : new LineTimes(index, new Date()).of({ offset: from, text: '' });
  index?.close();
  return timeMs;
}

function lineOf(file: LogFile, text: string, timeMs: number | null, position: Position): FollowedLine {
  return { file, text, timeMs, orderMs: timeMs ?? Date.now(), position };
}

const bytesOf = (text: string): number => encodeText(text).length;
