/** Which parts of a log a process has written, by the stamps of the log's index (`packages/common/src/log-index.ts`). */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { STAMP_BYTES, type Stamp, stampIn } from '@upstart/common';
import { fsPath } from '../conf/job-file.ts';

/** How many stamps are read at a time. */
const BLOCK = 1024;

/** From the first byte to that behind the last one. */
export type Span = readonly [from: number, to: number];

/**
 * The parts of a log between two offsets that this process has written, in order. The text has to have been read before: the logger writes the
 * stamp first where the process changes. Without an index nobody knows, so all of it counts.
 */
export async function writtenBy(pid: number, path: string, from: number, to: number): Promise<Span[]> {
  const index = await openIndex(path);
  if (index === null) return [[from, to]];
  try {
    return await spansOf(index, pid, from, to);
  } finally {
    await index.close();
  }
}

async function openIndex(path: string): Promise<FileHandle | null> {
  try {
    return await open(fsPath(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    // A log with a very long name has none.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENAMETOOLONG') return null;
    throw error;
  }
}

async function spansOf(index: FileHandle, pid: number, from: number, to: number): Promise<Span[]> {
  const spans: Span[] = [];
  const add = (begin: number, end: number): void => {
    const last = spans.at(-1);
    if (begin >= end) return;
    if (last?.[1] === begin) spans[spans.length - 1] = [last[0], end];
    else spans.push([begin, end]);
  };
  let before: Stamp | undefined;
  for (let number = await firstAt(index, from); ; number += BLOCK) {
    const stamps = await stampsFrom(index, number, BLOCK);
    for (const stamp of stamps) {
      if (before?.pid === pid) add(Math.max(before.offset, from), Math.min(stamp.offset, to));
      before = stamp;
      if (stamp.offset >= to) return spans;
    }
    if (stamps.length < BLOCK) break;
  }
  if (before?.pid === pid) add(Math.max(before.offset, from), to);
  return spans;
}

/** The number of the last stamp at or before an offset, or else of the first one: the size of an index grows with the log. */
async function firstAt(index: FileHandle, offset: number): Promise<number> {
  let [low, high] = [0, Math.floor((await index.stat()).size / STAMP_BYTES)];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const [stamp] = await stampsFrom(index, middle, 1);
    if (stamp && stamp.offset <= offset) low = middle;
    else high = middle;
  }
  return low;
}

async function stampsFrom(index: FileHandle, number: number, count: number): Promise<Stamp[]> {
  const bytes = Buffer.alloc(count * STAMP_BYTES);
  const { bytesRead } = await index.read(bytes, 0, bytes.length, number * STAMP_BYTES);
  return Array.from({ length: Math.floor(bytesRead / STAMP_BYTES) }, (_, place) => stampIn(bytes, place));
}
