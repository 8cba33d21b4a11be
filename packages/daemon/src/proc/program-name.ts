/** The name and the parent of a process, from /proc/PID/stat. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { monotonicNow } from '../time/clock.ts';
import { statFields } from './processes.ts';

export interface ProgramName {
  name: string;
  /** 0: it has no parent in this pid namespace. */
  parent: number;
}

/** The kernel tells times to programs in hundredths of a second, on every architecture that Node runs on. */
const TICK_MS = 10;
/** /proc/uptime and /proc/PID/stat cut off what is less than a tick. */
const SLACK_MS = 2 * TICK_MS;

/**
 * Null: the process does not exist any more, or another one has its pid: one that was started after `sinceMs`, milliseconds of monotonic time
 * at which the process meant was there.
 */
export function programName(pid: number, sinceMs: number): ProgramName | null {
  try {
    const stat = readStat(pid);
    const field = statFields(stat);
    if (Number(field(22)) * TICK_MS > sinceBootMs(sinceMs) + SLACK_MS) return null;
    // `12 (name) S 1 …`: the name may have any characters.
    return { name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), parent: Number(field(4)) };
  } catch {
    return null;
  }
}

/** Monotonic time as the kernel counts the starts of processes: from the boot, with the time in which the machine slept. */
function sinceBootMs(monotonicMs: number): number {
  return Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1000 + monotonicMs - monotonicNow();
}

/** Reads only its beginning, in one system call: every command that changes something reads it. */
const beginning = Buffer.alloc(512);

function readStat(pid: number): string {
  const fd = openSync(`/proc/${pid}/stat`, 'r');
  try {
    return beginning.toString('utf8', 0, readSync(fd, beginning, 0, beginning.length, 0));
  } finally {
    closeSync(fd);
  }
}
