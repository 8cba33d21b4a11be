/** The name and the parent of a process, from /proc/PID/stat. */
import { readFileSync } from 'node:fs';

export interface ProgramName {
  name: string;
  /** 0: it has none that is seen from here. */
  parent: number;
}

/** Null: there is no such process any more. */
export function programName(pid: number): ProgramName | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    // `12 (name) S 1 …`: the name may have any characters.
    return { name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(stat.slice(end + 2).split(' ', 2)[1]) };
  } catch {
    return null;
  }
}
