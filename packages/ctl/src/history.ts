/** Reading the history from init. */
import { type HistoryEntry, MAX_HISTORY_ENTRIES, type UpstartClient } from '@upstart/protocol';

/** Which entries are wanted. */
export interface HistoryRange {
  /** Of this job alone; null: of all, and events. */
  readonly job: string | null;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Those behind this id; 0: all that are kept. */
  readonly after: number;
}

/** All of them, oldest first, and the id of the last one that was looked at. */
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
