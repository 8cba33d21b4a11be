/** The lines of one log file, plain or compressed, forwards and from its end. */
import { isAscii } from 'node:buffer';
import { closeSync, constants, createReadStream, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { decodeText } from '@upstart/common';
import { type LogPart, logOf } from './old-files.ts';

/** A longer line is divided, in bytes. */
export const MAX_LINE_BYTES = 1024 * 1024;
/** What is read at a time, in bytes. */
export const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** A line without its end. */
export interface Line {
  /** The offset of its first byte in the text. */
  readonly offset: number;
  /** The offset behind it and its end. */
  readonly end: number;
  readonly text: string;
}

/** Opens that very file, whatever a rotation has called it since it was found. Throws ENOENT where it is gone. */
export function openPart({ path, inode }: Pick<LogPart, 'path' | 'inode'>): number {
  const fd = openAs(path, inode);
  if (fd !== null) return fd;
  const log = logOf(basename(path));
  for (const name of readdirSync(dirname(path))) {
    const renamed = logOf(name) === log ? openAs(join(dirname(path), name), inode) : null;
    if (renamed !== null) return renamed;
  }
  throw failure('ENOENT', 2, path, 'is gone');
}

/** Never waits for the other end of a pipe in its place. null: there is none, or another file. */
function openAs(path: string, inode: bigint): number | null {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const found = fstatSync(fd, { bigint: true });
    if (found.isFile() && found.ino === inode) return fd;
    closeSync(fd);
    if (found.ino !== inode) return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  throw failure('EINVAL', 22, path, 'is no regular file');
}

function failure(code: string, errno: number, path: string, why: string): Error {
  return Object.assign(new Error(`${path} ${why}`), { code, errno: -errno, syscall: 'open', path });
}

/** Bytes of an open file from `from` to `to`, or to its end. */
export async function* plainBlocks(fd: number, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to; ) {
    const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, to - at));
    const length = readSync(fd, block, 0, block.length, at);
    if (length === 0) return;
    at += length;
    yield block.subarray(0, length);
  }
}

/** The text of an open compressed file from `from` to `to`; closes it. Throws where the file is damaged. */
export async function* compressedBlocks(fd: number, from: number, to: number): AsyncGenerator<Buffer> {
  const file = createReadStream('', { fd, highWaterMark: BLOCK_BYTES });
  const text = createGunzip();
  file.on('error', (error) => text.destroy(error));
  let at = 0;
  try {
    for await (const block of file.pipe(text) as AsyncIterable<Buffer>) {
      const begin = Math.max(0, from - at);
      const end = Math.min(block.length, to - at);
      if (begin < end) yield block.subarray(begin, end);
      at += block.length;
      if (at >= to) return;
    }
  } finally {
    file.destroy();
    text.destroy();
  }
}

/** Lines, as many at a time as a block has. `from`: the offset of the first byte. A last line without an end counts. */
export async function* linesOf(blocks: AsyncIterable<Buffer>, from: number): AsyncGenerator<Line[]> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = from;
  for await (const block of blocks) {
    const bytes = rest.length === 0 ? block : Buffer.concat([rest, block]);
    const textOf = decoderOf(bytes);
    const lines: Line[] = [];
    let begin = 0;
    for (let end = bytes.indexOf(NEWLINE, rest.length); end >= 0; end = bytes.indexOf(NEWLINE, begin)) {
      lines.push({ offset: offset + begin, end: offset + end + 1, text: textOf(begin, end) });
      begin = end + 1;
    }
    if (bytes.length - begin > MAX_LINE_BYTES) {
      lines.push({ offset: offset + begin, end: offset + bytes.length, text: textOf(begin, bytes.length) });
      begin = bytes.length;
    }
    rest = bytes.subarray(begin);
    offset += begin;
    if (lines.length > 0) yield lines;
  }
  if (rest.length > 0) yield [{ offset, end: offset + rest.length, text: decoderOf(rest)(0, rest.length) }];
}

/** Only the lines that have these bytes: what has not is neither decoded nor divided. In all else as `linesOf`. */
export async function* linesWith(literal: Buffer, blocks: AsyncIterable<Buffer>, from: number): AsyncGenerator<Line[]> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = from;
  for await (const block of blocks) {
    const bytes = rest.length === 0 ? block : Buffer.concat([rest, block]);
    const last = bytes.lastIndexOf(NEWLINE);
    const isTooLong = bytes.length - last - 1 > MAX_LINE_BYTES;
    const end = isTooLong ? bytes.length : last + 1;
    const lines = linesIn(bytes.subarray(0, end), literal, offset);
    rest = bytes.subarray(end);
    offset += end;
    if (lines.length > 0) yield lines;
  }
  const lines = linesIn(rest, literal, offset);
  if (lines.length > 0) yield lines;
}

/** The lines of these bytes that have the literal. `from`: the offset of the first byte. */
function linesIn(bytes: Buffer, literal: Buffer, from: number): Line[] {
  const lines: Line[] = [];
  for (let hit = bytes.indexOf(literal); hit >= 0; ) {
    const begin = hit === 0 ? 0 : bytes.lastIndexOf(NEWLINE, hit - 1) + 1;
    const newline = bytes.indexOf(NEWLINE, hit);
    const end = newline < 0 ? bytes.length : newline;
    const behind = end > begin && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    const text = decodeText(bytes.subarray(begin, behind));
    lines.push({ offset: from + begin, end: from + (newline < 0 ? end : end + 1), text });
    hit = newline < 0 ? -1 : bytes.indexOf(literal, end + 1);
  }
  return lines;
}

/** Gives the text of lines of these bytes. Most logs are ASCII, of which all is decoded at once. */
function decoderOf(bytes: Buffer): (begin: number, end: number) => string {
  const ascii = isAscii(bytes) ? bytes.toString('latin1') : null;
  return (begin, end) => {
    const isPair = end > begin && bytes[end - 1] === CARRIAGE_RETURN;
    const behind = isPair ? end - 1 : end;
    return ascii === null ? decodeText(bytes.subarray(begin, behind)) : ascii.slice(begin, behind);
  };
}

/** Where lines begin, and how many there are. */
export interface Found {
  readonly offset: number;
  readonly count: number;
}

/** The last `count` lines of an open file between two offsets; fewer where there are not so many. Reads no more than it needs. */
export function lastOf(fd: number, from: number, to: number, count: number): Found {
  let found = 0;
  let end = to;
  while (end > from) {
    const begin = Math.max(from, end - BLOCK_BYTES);
    const block = Buffer.allocUnsafe(end - begin);
    const length = readSync(fd, block, 0, block.length, begin);
    for (let at = block.subarray(0, length).lastIndexOf(NEWLINE); at >= 0; ) {
      // That of the last line itself is the end of none before it.
      if (begin + at + 1 < to && ++found === count) return { offset: begin + at + 1, count };
      at = at === 0 ? -1 : block.lastIndexOf(NEWLINE, at - 1);
    }
    end = begin;
  }
  return { offset: from, count: to > from ? found + 1 : 0 };
}

/** The same of lines that have to be read for it: of a compressed file, or those that are wanted. */
export async function lastWanted<L extends Line>(
  batches: AsyncIterable<L[]>,
  count: number,
  isWanted: (line: L) => boolean,
): Promise<Found> {
  const offsets: number[] = [];
  let found = 0;
  for await (const lines of batches) {
    for (const line of lines) if (isWanted(line)) offsets[found++ % count] = line.offset;
  }
  const oldest = found < count ? offsets[0] : offsets[found % count];
  return { offset: oldest ?? 0, count: Math.min(found, count) };
}
