/** What processes do with files, from /proc. With few system calls: there may be thousands of processes, looked at every 15 seconds. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';

export interface InProc {
  fds: number;
  readBytes: number;
  writtenBytes: number;
}

/** More than the file `io` has. */
const bytes = Buffer.alloc(1024);
const IO = /^read_bytes: (\d+)\nwrite_bytes: (\d+)$/m;

/** null: there is no process, one has ended, or the caller may not look at it. */
export function inProc(pids: readonly number[], folder = '/proc'): InProc | null {
  if (pids.length === 0) return null;
  const sum: InProc = { fds: 0, readBytes: 0, writtenBytes: 0 };
  try {
    for (const pid of pids) {
      const [, read, written] = IO.exec(textOf(`${folder}/${pid}/io`)) ?? [];
      sum.fds += fdsIn(`${folder}/${pid}/fd`);
      sum.readBytes += Number(read);
      sum.writtenBytes += Number(written);
    }
    return sum;
  } catch {
    return null;
  }
}

/** Since Linux 6.2 the size of the folder is their number; before that it is 0. */
function fdsIn(folder: string): number {
  const { size } = statSync(folder);
  return size > 0 && folder.startsWith('/proc/') ? size : readdirSync(folder).length;
}

function textOf(path: string): string {
  const fd = openSync(path, 'r');
  try {
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, null));
  } finally {
    closeSync(fd);
  }
}
