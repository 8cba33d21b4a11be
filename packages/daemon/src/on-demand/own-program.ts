/** Recognises a program that init, this daemon or one before it, has started. */
import { readFileSync, readlinkSync } from 'node:fs';
import { statFields } from '../proc/processes.ts';

/**
 * Whether a process is the program `script`, run by the daemon's Node as a child of this daemon or, since the one before has ended, of
 * init. Its pid is the kernel's word, so that no other client can take its place; who may trace processes of init may do more than that.
 */
export function isOwnProgram(pid: number, script: string, initPid: number): boolean {
  try {
    const parent = Number(statFields(readFileSync(`/proc/${pid}/stat`, 'latin1'))(4));
    if (parent !== process.pid && parent !== initPid) return false;
    if (readlinkSync(`/proc/${pid}/exe`) !== readlinkSync('/proc/self/exe')) return false;
    const [, ...words] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words[0] === script && words.includes('--managed');
  } catch {
    return false;
  }
}
