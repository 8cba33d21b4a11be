/** What /proc tells of processes. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessFacts {
  pid: number;
  parent: number;
  name: string;
  /** Kilobytes. */
  resident: number;
  /** Kilobytes, where what is shared counts in part. */
  proportional: number;
  /** How often it, all its threads taken together, has gone to sleep and been woken. */
  wakeUps: number;
  /** Milliseconds of processor time. */
  cpu: number;
}

/** Milliseconds of a tick in /proc/PID/stat: Linux has a hundred a second on all machines that matter here. */
const TICK = 10;

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

function field(text: string | null, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text ?? '')?.[1] ?? 0);
}

function factsOf(pid: number): ProcessFacts | null {
  const status = read(`/proc/${pid}/status`);
  const stat = read(`/proc/${pid}/stat`);
  if (status === null || stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => read(`/proc/${pid}/task/${thread}/status`));
  return {
    pid,
    parent: Number(fields[1]),
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    resident: field(status, 'VmRSS'),
    proportional: field(read(`/proc/${pid}/smaps_rollup`), 'Pss'),
    wakeUps: threads.reduce((sum, thread) => sum + field(thread, 'voluntary_ctxt_switches'), 0),
    cpu: (Number(fields[11]) + Number(fields[12])) * TICK,
  };
}

function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : null;
    if (stat !== null) found.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  return found;
}

/** A process and everything below it. */
export function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const [pid, parent] of parents()) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** Whether there is such a process; one that only waits to be reaped does not count. */
export function isAlive(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== null && stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
}

/** The processes that an init itself is made of: all below `root` that are not one of its jobs, by name. */
export function ownProcesses(root: number, jobs: readonly string[]): ProcessFacts[] {
  return treeOf(root)
    .map(factsOf)
    .filter((facts): facts is ProcessFacts => facts !== null && !jobs.includes(facts.name));
}
