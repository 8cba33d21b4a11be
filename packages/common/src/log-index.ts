/**
 * The index of a log (`packages/logger/index.c`): stamps of 16 bytes, each a time in microseconds since the epoch, and the offset in the log
 * of the output that was read then, with the process that wrote it in the upper 24 bits; in the byte order of the machine. Offsets grow; what
 * was cut off at the end is no stamp.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { basename, dirname, join } from 'node:path';

export interface Stamp {
  /** Milliseconds since the epoch, with a fraction. */
  readonly atMs: number;
  /** The first byte of the output that was read then. */
  readonly offset: number;
  /** The process that wrote it: the main process of a job, or one of its hooks. 0: not known. */
  readonly pid: number;
}

/** The size of a stamp. */
export const STAMP_BYTES = 16;
const WRITER_SHIFT = 40n;
/** Stamps that are read at a time. */
const BLOCK = 256;
const isLittle = endianness() === 'LE';

/** The index of the log `path`, without `.N` or `.gz`, whose file has this inode: it keeps its name when the log is renamed. */
export function indexPathOf(path: string, inode: bigint | number): string {
  return join(dirname(path), `.${basename(path)}.${inode}.idx`);
}

/** The name of the log and the inode that the name of an index stands for; null: it is no index. */
export function indexedBy(name: string): { log: string; inode: string } | null {
  const found = /^\.(.+)\.(\d+)\.idx$/s.exec(name);
  return found?.[1] === undefined || found[2] === undefined ? null : { log: found[1], inode: found[2] };
}

/** The stamp of this number among the bytes of an index, counted from 0. */
export function stampIn(bytes: Buffer, number: number): Stamp {
  const read = (at: number): bigint => (isLittle ? bytes.readBigInt64LE(at) : bytes.readBigInt64BE(at));
  const place = number * STAMP_BYTES;
  const where = read(place + 8);
  const offset = Number(BigInt.asUintN(Number(WRITER_SHIFT), where));
  return { atMs: Number(read(place)) / 1000, offset, pid: Number(BigInt.asUintN(64, where) >> WRITER_SHIFT) };
}

export class LogIndex {
  readonly count: number;
  readonly #fd: number;
  #block: Buffer = Buffer.alloc(0);
  /** The first stamp of the block. */
  #first = 0;

  private constructor(fd: number, count: number) {
    this.#fd = fd;
    this.count = count;
  }

  /** null: there is none, or it cannot be read. */
  static open(path: string): LogIndex | null {
    try {
      const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const count = Math.floor(fstatSync(fd).size / STAMP_BYTES);
      if (count > 0) return new LogIndex(fd, count);
      closeSync(fd);
    } catch {}
    return null;
  }

  stamp(at: number): Stamp {
    if (at < this.#first || at >= this.#first + this.#block.length / STAMP_BYTES) this.#load(at);
    return stampIn(this.#block, at - this.#first);
  }

  /** The last stamp whose output begins at or before this offset; -1: none does. */
  lastUpTo(offset: number): number {
    return this.#firstWith((stamp) => stamp.offset > offset) - 1;
  }

  /** The first stamp of this time or later, in milliseconds since the epoch; `count`: there is none. */
  firstFrom(timeMs: number): number {
    return this.#firstWith((stamp) => stamp.atMs >= timeMs);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #firstWith(isMet: (stamp: Stamp) => boolean): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isMet(this.stamp(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #load(at: number): void {
    const first = at - (at % BLOCK);
    const bytes = Buffer.alloc(BLOCK * STAMP_BYTES);
    const length = readSync(this.#fd, bytes, 0, bytes.length, first * STAMP_BYTES);
    // It has become shorter meanwhile: its text is of no use any more, and neither are these times.
    if (length < (at - first + 1) * STAMP_BYTES) bytes.fill(0);
    this.#first = first;
    this.#block = bytes;
  }
}
