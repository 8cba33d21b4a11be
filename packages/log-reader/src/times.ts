/** The time of each line of a file: that of the index, or else the one that the line itself has. */
import type { LogIndex, Stamp } from '@upstart/common';
import { timeOfLine } from './line-time.ts';
import type { Line } from './lines.ts';
import type { LogPart } from './old-files.ts';

export class LineTimes {
  readonly #index: LogIndex | null;
  readonly #now: Date;
  /** The place of the line before in the index. */
  #at = -1;

  constructor(index: LogIndex | null, now: Date) {
    this.#index = index;
    this.#now = now;
  }

  /** Milliseconds since the epoch; null: not known. Lines come in the order of the file. */
  of(line: Pick<Line, 'offset' | 'text'>): number | null {
    return this.#stampOf(line.offset)?.atMs ?? timeOfLine(line.text, this.#now);
  }

  /** The process that wrote a line; 0: not known. */
  pidOf({ offset }: Pick<Line, 'offset'>): number {
    return this.#stampOf(offset)?.pid ?? 0;
  }

  #stampOf(offset: number): Stamp | null {
    const index = this.#index;
    if (index === null) return null;
    if (this.#at < 0 || index.stamp(this.#at).offset > offset) this.#at = index.lastUpTo(offset);
    while (this.#at + 1 < index.count && index.stamp(this.#at + 1).offset <= offset) this.#at++;
    return this.#at < 0 ? null : index.stamp(this.#at);
  }
}

/** Lines from `sinceMs` on, and before `untilMs`: milliseconds since the epoch. */
export interface Period {
  readonly sinceMs: number;
  readonly untilMs: number;
}

export const ALWAYS: Period = { sinceMs: 0, untilMs: Number.POSITIVE_INFINITY };

/** The bytes of a file that can have lines of this period. */
export function bytesOf(
  part: LogPart,
  index: LogIndex | null,
  { sinceMs, untilMs }: Period,
): { from: number; to: number } {
  const end = part.isCompressed ? Number.MAX_SAFE_INTEGER : part.size;
  if (part.writtenMs < sinceMs) return { from: 0, to: 0 };
  if (index === null) return { from: 0, to: end };
  const [first, behind] = [index.firstFrom(sinceMs), index.firstFrom(untilMs)];
  // Output within the pause between two stamps has the earlier one: it is shown rather than left out.
  const from = first === 0 ? 0 : index.stamp(first - 1).offset;
  return { from, to: behind === index.count ? end : index.stamp(behind).offset };
}
