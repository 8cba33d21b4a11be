/** The log of the system's init: the kernel's, which exists before any disk is writable (reference: system §2, step 17). */
import { openSync, writeSync } from 'node:fs';
import type { LogPriority } from '@upstart/protocol';
import type { LogSink } from '../log/log.ts';

const KERNEL_LOG = '/dev/kmsg';
/** The longest record in bytes; the kernel rejects much longer ones. */
export const RECORD_MAX = 960;

const SEVERITY: Record<LogPriority, number> = { debug: 7, info: 6, message: 5, warn: 4, error: 3, fatal: 2 };

/** The kernel's record for a line, `<4>init: text`, cut to the longest one. */
export function kernelRecord(priority: LogPriority, line: string): Buffer {
  return Buffer.from(`<${SEVERITY[priority]}>${line.replaceAll('\n', ' ')}`).subarray(0, RECORD_MAX);
}

/** Opens the kernel's log; null if there is none to write to, as in most containers. */
export function openKernelLog(path = KERNEL_LOG): LogSink | null {
  let fd: number;
  try {
    fd = openSync(path, 'w');
  } catch {
    return null;
  }
  return (priority, line) => {
    try {
      writeSync(fd, kernelRecord(priority, line));
      return true;
    } catch {
      return false;
    }
  };
}
