/** Facts about processes from /proc. */
import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from '../eventually.ts';

/** In a second, as /proc counts on every Linux. */
const CLOCK_TICKS = 100;

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

/** The children of a process, those that have ended and wait to be reaped included. */
export function childrenOf(pid: number): number[] {
  // Not /proc/PID/task/PID/children, which may leave out a child while another one is reaped.
  return readdirSync('/proc')
    .map(Number)
    .filter((child) => child > 0 && parentOf(child) === pid);
}

/** The pid of its parent; 0 for a process that is gone. */
export function parentOf(pid: number): number {
  const stat = read(pid, 'stat');
  return Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ', 1)[0]);
}

/** The command line, '' for a process that has ended. */
export function commandLineOf(pid: number): string {
  return read(pid, 'cmdline').replaceAll('\0', ' ').trim();
}

/** The name of its program, as the kernel has it; '' for a process that is gone. */
export function nameOf(pid: number): string {
  return read(pid, 'comm').trimEnd();
}

/** Whether the process exists and has not ended. */
export function isRunning(pid: number): boolean {
  const stat = read(pid, 'stat');
  const state = stat.charAt(stat.lastIndexOf(')') + 2);
  return state !== '' && state !== 'Z' && state !== 'X';
}

/** The running processes that have `entry` in their environment. */
export function processesWith(entry: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && read(pid, 'environ').split('\0').includes(entry) && isRunning(pid));
}

/** A size in KiB of the status of a process; 0 for one that is gone. */
function sizeOf(pid: number, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(read(pid, 'status'))?.[1] ?? 0);
}

/** Resident memory in KiB. */
export const residentOf = (pid: number): number => sizeOf(pid, 'VmRSS');

/** Resident memory of its own, in KiB: without pages of files, which come and go with the free memory of the machine. */
export const ownMemoryOf = (pid: number): number => sizeOf(pid, 'RssAnon') + sizeOf(pid, 'RssShmem');

/** The processor time of a process so far, in seconds. */
export function processorSecondsOf(pid: number): number {
  const [user = 0, system = 0] = read(pid, 'stat').split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? [];
  return (user + system) / CLOCK_TICKS;
}

/** How many descriptors a process has open. */
export function descriptorsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** Signals a process that may have ended meanwhile. A pid that is none is an error: 0 would mean the tests themselves. */
export function signal(pid: number, name: NodeJS.Signals): void {
  if (!(pid > 0)) throw new Error(`${name} for no process: ${pid}`);
  try {
    process.kill(pid, name);
  } catch {
    // It has.
  }
}

/** Kills the processes that `find` finds, until it finds none. */
export async function killAll(find: () => readonly number[]): Promise<void> {
  await eventually('the end of processes that are killed', () => {
    const left = find();
    for (const pid of left) signal(pid, 'SIGKILL');
    return left.length === 0;
  });
}

/** The running daemon whose environment has `entry`, if there is one. */
export function daemonWith(entry: string): number | undefined {
  return processesWith(entry).find((pid) => /daemon\.(js|snapshot)/.test(commandLineOf(pid)));
}
