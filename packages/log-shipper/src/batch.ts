/** The next lines of several logs, in turn, as records. */
import { encodeText } from '@upstart/common';
import type { Position } from './reading/position.ts';
import type { Portion, Tail } from './reading/tail.ts';
import { type LogRecord, pieces, withoutPriority } from './record.ts';

/** A batch has so many bytes of logs, and one portion more at most. */
const BATCH_BYTES = 512 * 1024;

/** A log that is sent. */
export interface Followed {
  readonly tail: Tail;
  readonly job: string;
  readonly instance: string;
  readonly labels: readonly string[];
}

export interface Batch {
  readonly records: readonly LogRecord[];
  readonly bytes: number;
  /** Behind its lines, by the labels of logs. */
  readonly positions: ReadonlyMap<string, Position>;
}

/** null: there is nothing new. `failed` gets each file that cannot be read. */
export async function nextBatch(
  logs: Iterable<Followed>,
  maxTextBytes: number,
  failed: (path: string, error: unknown) => void,
): Promise<Batch | null> {
  const records: LogRecord[] = [];
  const positions = new Map<string, Position>();
  let bytes = 0;
  for (const followed of logs) {
    const { log } = followed.tail;
    try {
      const portion = await followed.tail.read();
      if (portion === null) continue;
      for (const line of portion.lines) addRecords(records, followed, line, maxTextBytes);
      positions.set(log.label, portion.position);
      bytes += portion.lines.reduce((sum, { offset, end }) => sum + end - offset, 0);
    } catch (error) {
      failed(log.path, error);
    }
    if (bytes >= BATCH_BYTES) break;
  }
  return positions.size === 0 ? null : { records, bytes, positions };
}

function addRecords(
  records: LogRecord[],
  { job, instance, labels }: Followed,
  { text, timeMs, pid, sequence }: Portion['lines'][number],
  maxTextBytes: number,
): void {
  const { priority, text: own } = withoutPriority(text);
  let at = sequence;
  for (const piece of pieces(own, maxTextBytes)) {
    records.push({ job, instance, labels, text: piece, timeMs, pid, sequence: at, priority });
    at += encodeText(piece).length;
  }
}
