/** How far a target has got in a log. */
import { closeSync, readSync } from 'node:fs';
import { indexPathOf, LogIndex } from '@upstart/common';
import { type LogFile, type LogPart, openPart } from '@upstart/log-reader';

export interface Position {
  /** The file: its inode, and the time of its first stamp, which it keeps when it is compressed; 0: it has none. */
  readonly inode: string;
  readonly beganMs: number;
  /** The next byte of its text. */
  readonly offset: number;
  /** The bytes of all files before it. */
  readonly before: number;
  /** Its size when it was looked at last: what is lost if it is gone. */
  readonly size: number;
  /** The time of the last line, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** The time of the first stamp of a file; 0: there is no index. */
export function beginningOf(log: LogFile, inode: bigint): number {
  const index = LogIndex.open(indexPathOf(log.path, inode));
  if (index === null) return 0;
  try {
    return index.stamp(0).atMs;
  } finally {
    index.close();
  }
}

/** The position of a file that has this part. -1: none of them has. */
export function placeIn(position: Position, log: LogFile, parts: readonly LogPart[]): number {
  return parts.findIndex(({ inode }) => isIn(position, log, inode));
}

/** Whether the file with this inode is that of the position. Another one may have got the number of one that is gone. */
export function isIn(position: Position, log: LogFile, inode: bigint): boolean {
  const isSame = String(inode) === position.inode;
  if (!isSame && position.beganMs === 0) return false;
  const beganMs = beginningOf(log, inode);
  // The first stamp comes behind the first text.
  return beganMs === position.beganMs || (isSame && (beganMs === 0 || position.beganMs === 0));
}

/** Where the output from a time on begins: in which of the files, and at which byte. null: there is none yet. */
export function startFrom(
  log: LogFile,
  parts: readonly LogPart[],
  sinceMs: number,
): { at: number; offset: number } | null {
  for (const [at, part] of parts.entries()) {
    if (part.writtenMs < sinceMs) continue;
    const index = LogIndex.open(indexPathOf(log.path, part.inode));
    if (index === null) return { at, offset: 0 };
    const first = index.firstFrom(sinceMs);
    const offset = first < index.count ? index.stamp(first).offset : null;
    index.close();
    if (offset !== null) return { at, offset };
  }
  return null;
}

const TRAILER_BYTES = 4;

/** The bytes of text in a file: of a compressed one, what its end says. Throws ENOENT where it is gone. */
export function textBytes(part: LogPart): number {
  if (!part.isCompressed) return part.size;
  let fd = -1;
  try {
    fd = openPart(part);
    const trailer = Buffer.alloc(TRAILER_BYTES);
    readSync(fd, trailer, 0, TRAILER_BYTES, Math.max(0, part.size - TRAILER_BYTES));
    return trailer.readUInt32LE();
  } catch (error) {
    if (isGone(error)) throw error;
    return 0;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/** A file of the log was removed, or compressed, or another one has its place. */
export const gone = (): Error => Object.assign(new Error('the file is gone'), { code: 'ENOENT' });

export const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
