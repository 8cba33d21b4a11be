/** Reading the history from init. */
import { type HistoryEntry, MAX_HISTORY_ENTRIES, type UpstartClient } from '@upstart/protocol';

/** A query of the history. */
export interface HistoryRange {
  /** Only entries of this job; null: of all jobs, and events. */
  readonly job: string | null;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Only entries after this id; 0: all. */
  readonly after: number;
}

/** All matching entries, oldest first, and the id of the last examined one. */
export async function readHistory(
  client: UpstartClient,
  { job, sinceMs, after }: HistoryRange,
): Promise<{ entries: HistoryEntry[]; upTo: number }> {
  const entries: HistoryEntry[] = [];
  for (let upTo = after; ; ) {
    const page = await client.call('history', { job, sinceMs, after: upTo, limit: MAX_HISTORY_ENTRIES });
    for (const entry of page.entries) entries.push(entry);
    upTo = page.upTo;
    if (!page.more) return { entries, upTo };
  }
}
