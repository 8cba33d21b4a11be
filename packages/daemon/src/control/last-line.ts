/** The last line that a process has written to the log of its job, by the index of the log. */
import { decodeText, encodeText, indexPathOf, LogIndex, type Piece, readFrom, tail } from '@upstart/common';

/** The most stamps of an index that are looked at, the last ones. */
const MAX_STAMPS = 4096;

/** null: none is known to be of this process. Throws as `open` does. */
export function lastLineOf(path: string, pid: number): string | null {
  const log = readFrom(path, 0);
  const index = LogIndex.open(indexPathOf(path, log.inode));
  if (index === null) return null;
  try {
    const [from, to] = lastPiece(index, pid, log.end) ?? [0, 0];
    const text = from < to ? textOf(log, from, to) : null;
    // A line without an end is whole if nothing follows it.
    const line = text === null ? undefined : tail(text, Number.POSITIVE_INFINITY).findLast((one) => one.trim() !== '');
    return line ?? null;
  } finally {
    index.close();
  }
}

/** Where the last output of the process begins and ends that stands together. */
function lastPiece(index: LogIndex, pid: number, end: number): [from: number, to: number] | null {
  let to = end;
  let from = -1;
  const last = index.lastUpTo(end - 1);
  for (let at = last; at >= Math.max(0, last - MAX_STAMPS); at--) {
    const stamp = index.stamp(at);
    if (stamp.pid === pid) from = stamp.offset;
    else if (from >= 0) break;
    else to = stamp.offset;
  }
  return from < 0 ? null : [from, to];
}

/** null: it begins before what was read. */
function textOf({ text, end }: Piece, from: number, to: number): string | null {
  const bytes = encodeText(text);
  const begin = end - bytes.length;
  return to <= begin ? null : decodeText(bytes.subarray(Math.max(0, from - begin), to - begin));
}
