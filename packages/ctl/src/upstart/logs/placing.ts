/** Puts the beginning of a run before its first output. */
import type { LogFile, LogPart } from '@upstart/log-reader';
import type { Run } from './runs.ts';
import { withIndex } from './series.ts';

/** So much later init may learn that a process runs: the supervisor respawns by itself. Milliseconds. */
const LATE_MS = 5000;

/** The run, as of its first output, where that was before init knew of the run. `parts`: the files of its log. */
export function placed(run: Run, file: LogFile, parts: readonly LogPart[]): Run {
  for (const part of parts) {
    if (part.writtenMs < run.atMs - LATE_MS) continue;
    const atMs = withIndex(file, part, (index) => {
      for (let at = index?.firstFrom(run.atMs - LATE_MS) ?? 0; index !== null && at < index.count; at++) {
        const stamp = index.stamp(at);
        if (stamp.atMs > run.atMs) return null;
        if (run.pids.includes(stamp.pid)) return stamp.atMs;
      }
      return null;
    });
    if (atMs !== null) return { ...run, atMs };
  }
  return run;
}
