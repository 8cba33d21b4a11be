/**
 * `ready log`: looks for a line in the log of a job, behind the place at which its main process began, through rotations. Each try reads what
 * has come since the one before. The logs of all jobs are on one disk: one try at a time reads it, so that a disk that hangs holds up
 * no more than one of Node's few threads.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { counted, decodeText, indexPathOf, systemErrorText } from '@upstart/common';
import { fsPath } from '../conf/job-file.ts';
import type { LogEndTarget, LogTarget } from '../engine/model/probe-state.ts';
import type { Attempt, Memory, Outcome } from './attempt.ts';
import { writtenBy } from './log-writers.ts';
import { LinePattern } from './pattern.ts';

/** So many characters of a line are looked at. */
export const MAX_LINE = 4096;
/** The bytes that are kept of a line whose end has not come: as many as that can be. */
const MAX_BEGUN_BYTES = 4 * MAX_LINE;
/** How much is read at a time, and by one try. */
const PIECE_BYTES = 64 * 1024;
export const MAX_TRY_BYTES = 4 * 1024 * 1024;
/** The most rotated files that are looked through for the one in which the process began. */
const MAX_ROTATED = 100;

const NEWLINE = 0x0a;

let lastRead: Promise<unknown> = Promise.resolve();

/** Runs when those before it have ended. */
function inTurn<T>(read: () => Promise<T>): Promise<T> {
  const turn = lastRead.then(read);
  lastRead = turn.catch(() => {});
  return turn;
}

function beginTry(run: () => Promise<Outcome>, done: (outcome: Outcome) => void): Attempt {
  let isCancelled = false;
  const outcome = inTurn(async () => (isCancelled ? null : run())).catch(
    (error: unknown): Outcome => ({ isGood: false, answer: `its log cannot be read: ${systemErrorText(error)}` }),
  );
  void outcome.then((came) => {
    if (came && !isCancelled) done(came);
  });
  return {
    stage: () => 'the disk of the logs does not answer',
    cancel: () => {
      isCancelled = true;
    },
  };
}

/** Where the log ends now: `INODE SIZE`, of the file that was rotated last if there is no other. */
export function attemptLogEnd({ path }: LogEndTarget, done: (outcome: Outcome) => void): Attempt {
  return beginTry(async () => {
    const state = (await stateOf(path)) ?? (await stateOf(rotated(path, 1)));
    return { isGood: true, answer: state ? `${state.ino} ${state.size}` : ' 0' };
  }, done);
}

export function attemptLog(target: LogTarget, done: (outcome: Outcome) => void, memory: Memory): Attempt {
  memory.log ??= new LogReader(target);
  const { log } = memory;
  return beginTry(() => log.look(), done);
}

function rotated(path: string, number: number): string {
  return `${path}.${number}`;
}

/** The state of a file; null: there is none. */
async function stateOf(path: string): Promise<{ ino: bigint; size: bigint } | null> {
  try {
    return await lstat(fsPath(path), { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

interface LogFile {
  path: string;
  ino: string;
}

export class LogReader {
  readonly #path: string;
  readonly #pattern: LinePattern;
  readonly #pid: number;
  /** The file that it reads, and how far it has come; '': none yet. */
  #file: string;
  #offset: number;
  /** The beginning of a line whose end has not been written yet. */
  #begun: Buffer = Buffer.alloc(0);
  #lines = 0;
  #isTooSlow = false;
  /** Found, maybe by a try that nobody waited for any more. */
  #isFound = false;

  constructor({ path, pattern, file, offset, pid }: LogTarget) {
    this.#path = path;
    this.#pid = pid;
    this.#pattern = new LinePattern(pattern);
    this.#file = file;
    this.#offset = offset;
  }

  async look(): Promise<Outcome> {
    let left = MAX_TRY_BYTES;
    for (const file of this.#isFound ? [] : await this.#files()) {
      const read = await this.#readFile(file, left);
      // It was rotated just now: the next try finds it.
      if (read === null) break;
      left -= read;
      if (this.#isFound || this.#isTooSlow || left <= 0) break;
    }
    if (this.#isFound) return { isGood: true, answer: 'a line matches' };
    return { isGood: false, answer: this.#answer() };
  }

  #answer(): string {
    if (this.#isTooSlow) return 'the pattern takes too long to be matched';
    if (this.#lines === 0) return 'no output yet';
    return `no match in ${counted(this.#lines, 'line')} of output`;
  }

  /** The files with output that has not been read, the oldest first: after a rotation there are several. */
  async #files(): Promise<LogFile[]> {
    const last = await stateOf(this.#path);
    const files = last ? [{ path: this.#path, ino: String(last.ino) }] : [];
    if (files[0]?.ino === this.#file) return files;
    for (let number = 1; number <= MAX_ROTATED; number++) {
      const path = rotated(this.#path, number);
      const state = await stateOf(path);
      // Without a file at the beginning all that there are have come since.
      if (!state && this.#file === '') return files;
      if (!state) break;
      const ino = String(state.ino);
      files.unshift({ path, ino });
      if (ino === this.#file) return files;
    }
    // What another program has moved elsewhere cannot be found.
    return files.slice(-1).filter(({ path }) => path === this.#path);
  }

  /** How many bytes it has read; null: this is another file by now. */
  async #readFile({ path, ino }: LogFile, most: number): Promise<number | null> {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
    const file = await open(fsPath(path), flags);
    try {
      const state = await file.stat({ bigint: true });
      if (String(state.ino) !== ino) return null;
      if (ino !== this.#file) this.#offset = 0;
      else if (state.size < this.#offset) {
        // It was cut.
        this.#offset = 0;
        this.#begun = Buffer.alloc(0);
      }
      this.#file = ino;
      return await this.#readPieces(file, most);
    } finally {
      await file.close();
    }
  }

  async #readPieces(file: FileHandle, most: number): Promise<number> {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    let read = 0;
    while (read < most && !this.#isFound && !this.#isTooSlow) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, this.#offset);
      if (bytesRead === 0) break;
      const own = await this.#ownPart(buffer.subarray(0, bytesRead));
      this.#offset += bytesRead;
      read += bytesRead;
      if (own.length > 0) this.#match(this.#linesOf(own));
    }
    return read;
  }

  /** What the process has written of a piece: a process before it may have left children, or output that is written only now. */
  async #ownPart(piece: Buffer): Promise<Buffer> {
    if (this.#pid === 0) return piece;
    const [from, to] = [this.#offset, this.#offset + piece.length];
    const spans = await writtenBy(this.#pid, indexPathOf(this.#path, BigInt(this.#file)), from, to);
    const [first, ...more] = spans.map(([begin, end]) => piece.subarray(begin - from, end - from));
    return more.length === 0 ? (first ?? Buffer.alloc(0)) : Buffer.concat([first as Buffer, ...more]);
  }

  /** The lines that a piece completes, and the one that it begins. A pty ends lines with CR LF. */
  #linesOf(piece: Buffer): string[] {
    const end = piece.lastIndexOf(NEWLINE) + 1;
    const lines: string[] = [];
    if (end > 0) {
      const whole = this.#begun.length === 0 ? piece.subarray(0, end - 1) : this.#withBegun(piece.subarray(0, end - 1));
      for (const line of decodeText(whole).split('\n')) lines.push(line.slice(0, MAX_LINE).replace(/\r$/, ''));
      this.#lines += lines.length;
      this.#begun = Buffer.alloc(0);
    }
    this.#begun = this.#withBegun(piece.subarray(end)).subarray(0, MAX_BEGUN_BYTES);
    if (this.#begun.length > 0) lines.push(decodeText(this.#begun).slice(0, MAX_LINE).replace(/\r$/, ''));
    return lines;
  }

  #withBegun(bytes: Buffer): Buffer {
    return Buffer.concat([this.#begun, bytes]);
  }

  #match(lines: readonly string[]): void {
    const isMatch = lines.length > 0 && this.#pattern.matches(lines);
    this.#isFound = isMatch === true;
    this.#isTooSlow = isMatch === null;
  }
}
