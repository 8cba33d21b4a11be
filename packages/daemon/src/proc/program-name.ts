/** The name and the parent of a process, from /proc/PID/stat. */
import { closeSync, openSync, readSync } from 'node:fs';

export interface ProgramName {
  name: string;
  /** 0: it has no parent in this pid namespace. */
  parent: number;
}

/** Null: the process does not exist any more. */
export function programName(pid: number): ProgramName | null {
  try {
    const stat = readStat(pid);
    const end = stat.lastIndexOf(')');
    // `12 (name) S 1 …`: the name may have any characters.
    return { name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(stat.slice(end + 2).split(' ', 2)[1]) };
  } catch {
    return null;
  }
}

/** Reads only its beginning, in one system call: every command that changes something reads it. */
const beginning = Buffer.alloc(128);

function readStat(pid: number): string {
  const fd = openSync(`/proc/${pid}/stat`, 'r');
  try {
    return beginning.toString('utf8', 0, readSync(fd, beginning, 0, beginning.length, 0));
  } finally {
    closeSync(fd);
  }
}
