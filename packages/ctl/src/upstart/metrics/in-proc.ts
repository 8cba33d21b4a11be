/** What processes do with files, from /proc. With few system calls: there may be thousands of processes, looked at every 15 seconds. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import type { JobNumbers } from '@upstart/protocol';

type Column = (number | null)[];

/** Of each instance; null: it has no process, one has ended, or the caller may not look at it. */
export interface InProc {
  readonly fds: Column;
  readonly readBytes: Column;
  readonly writtenBytes: Column;
}

/** More than the file `io` has. */
const bytes = Buffer.alloc(1024);
const IO = /^read_bytes: (\d+)\nwrite_bytes: (\d+)$/m;

/** Adds up the processes of each of so many instances. */
export function inProc({ instance, pid }: JobNumbers['processes'], instances: number, folder = '/proc'): InProc {
  const column = (): Column => new Array(instances).fill(null);
  const [fds, readBytes, writtenBytes] = [column(), column(), column()];
  const unknown = new Set<number>();
  pid.forEach((pid, at) => {
    const place = instance[at] as number;
    if (unknown.has(place)) return;
    try {
      const [, read, written] = IO.exec(textOf(`${folder}/${pid}/io`)) ?? [];
      const open = fdsIn(`${folder}/${pid}/fd`);
      add(fds, place, open);
      add(readBytes, place, Number(read));
      add(writtenBytes, place, Number(written));
    } catch {
      unknown.add(place);
      for (const column of [fds, readBytes, writtenBytes]) column[place] = null;
    }
  });
  return { fds, readBytes, writtenBytes };
}

function add(column: Column, place: number, value: number): void {
  column[place] = (column[place] ?? 0) + value;
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
