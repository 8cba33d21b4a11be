/** Follows several logs: prints lines that are appended to any of them. */
import { encodeText, readFrom } from '@upstart/common';
import type { LogFile } from './log-files.ts';
import type { ReadLog } from './merge.ts';

/** The interval at which the files are checked, in milliseconds. */
const INTERVAL_MS = 250;

/** A place in a log, from which following can resume. */
export type LogPosition = ReadLog['piece'];

interface Followed {
  readonly file: LogFile;
  end: number;
  inode: number;
  /** The start of a line that is not complete yet. */
  rest: string;
}

export class Follower {
  readonly #followed = new Map<string, Followed>();
  readonly #show: (file: LogFile, line: string, position: LogPosition) => void;
  readonly #timer: NodeJS.Timeout;

  /**
   * `read`: the logs that were printed already, and how far. Other logs are printed from the start. `show` gets each line, and the
   * position after it.
   */
  constructor(
    read: readonly Pick<ReadLog, 'file' | 'piece'>[],
    show: (file: LogFile, line: string, position: LogPosition) => void,
  ) {
    this.#show = show;
    for (const { file, piece } of read) this.#followed.set(file.path, { file, ...piece, rest: '' });
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
  }

  add(files: readonly LogFile[]): void {
    for (const file of files)
      if (!this.#followed.has(file.path)) this.#followed.set(file.path, { file, end: 0, inode: 0, rest: '' });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#look();
    for (const followed of this.#followed.values()) this.#flush(followed);
  }

  #look(): void {
    for (const followed of this.#followed.values()) {
      const text = this.#appended(followed);
      // Such as a prompt: print it when nothing follows.
      if (text === '') this.#flush(followed);
      const lines = (followed.rest + text).split('\n');
      const { inode } = followed;
      let end = followed.end - bytesOf(followed.rest + text);
      followed.rest = lines.pop() ?? '';
      for (const line of lines) {
        end += bytesOf(line) + 1;
        this.#show(followed.file, line.replace(/\r$/, ''), { inode, end });
      }
    }
  }

  #flush(followed: Followed): void {
    const { file, rest, inode, end } = followed;
    if (rest !== '') this.#show(file, rest, { inode, end });
    followed.rest = '';
  }

  /** Reads a file that is new or was truncated from its start. */
  #appended(followed: Followed): string {
    try {
      let piece = readFrom(followed.file.path, followed.end);
      if (piece.inode !== followed.inode || piece.end < followed.end) piece = readFrom(followed.file.path, 0);
      followed.end = piece.end;
      followed.inode = piece.inode;
      return piece.text;
    } catch {
      // It does not exist yet, or was renamed a moment ago; the next file of that name is picked up.
      return '';
    }
  }
}

const bytesOf = (text: string): number => encodeText(text).length;
