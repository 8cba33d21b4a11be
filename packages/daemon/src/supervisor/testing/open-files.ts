/** For tests: the descriptors of another process, as /proc shows them. */
import { readdirSync, readlinkSync } from 'node:fs';

/** The targets of the descriptors, by number. One that the process closes meanwhile is left out. */
export function openFilesOf(pid: number): Map<string, string> {
  const found = new Map<string, string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      found.set(fd, readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      // closed since the folder was read
    }
  }
  return found;
}

export const targetsOf = (pid: number): string[] => [...openFilesOf(pid).values()];

/** How many descriptors are sockets, this file, and so on. */
export const countOpen = (pid: number, is: (target: string) => boolean): number => targetsOf(pid).filter(is).length;

/** How many descriptors a logger keeps. For each message it opens the socket of messages, its 3, once more for a moment. */
export function countKept(logger: number): number {
  const open = openFilesOf(logger);
  return [...open].filter(([fd, target]) => fd === '3' || target !== open.get('3')).length;
}

export const isSocket = (target: string): boolean => target.startsWith('socket:');
