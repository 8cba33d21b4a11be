/** The invariants of a session's history, which hold after any faults. */
import type { HistoryEntry } from '../../packages/protocol/src/index.ts';
import type { Session } from './session.ts';

/** More than are kept. */
const ALL = '100000';

export async function historyOf(session: Session, ...jobs: string[]): Promise<HistoryEntry[]> {
  const { status, stdout, stderr } = await session.run('upstart', 'history', ...jobs, '--json', '-n', ALL);
  if (status !== 0) throw new Error(`history fails: ${stderr}`);
  return JSON.parse(stdout) as HistoryEntry[];
}

/**
 * Each entry is there once, in order, and comes after earlier ones. `isWhole`: nothing was lost with the state, so none is missing either, and
 * each task that has ended so often by its own ledger has as many ends.
 */
export async function checkHistory(session: Session, isWhole: boolean): Promise<void> {
  const entries = await historyOf(session);
  let last: HistoryEntry | undefined;
  for (const entry of entries) {
    if (last && entry.id <= last.id) throw new Error(`history: ${entry.id} comes after ${last.id}`);
    if (last && isWhole && entry.id !== last.id + 1) throw new Error(`history: a gap from ${last.id} to ${entry.id}`);
    if (entry.after >= entry.id) throw new Error(`history: ${entry.id} follows from ${entry.after}`);
    last = entry;
  }
  if (!isWhole) return;
  if (entries[0]?.id !== 1) throw new Error(`history: it begins with ${entries[0]?.id}`);
  for (const [job, exitStatus] of [
    ['work', 0],
    ['failing', 3],
    ['doctor', 0],
    ['nurse', 0],
  ] as const) {
    const ends = entries.filter(
      (entry) => entry.kind === 'exit' && entry.job === job && entry.exitStatus === exitStatus,
    );
    const noted = session.noted(job, 'ends').length;
    if (ends.length !== noted) throw new Error(`history: ${job} ended ${noted} times, it has ${ends.length} ends`);
  }
}
