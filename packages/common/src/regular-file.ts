/** Opening files that others may have put where we look: never anything that blocks, has no end, or does something when opened. */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';

/** Calls `use` with a descriptor of the file; throws as `open` does, or when it is a device or a pipe. */
export function withRegularFile<T>(path: string | Buffer, use: (fd: number) => T): T {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const found = fstatSync(fd);
    // Reading a folder reports the error.
    if (!found.isFile() && !found.isDirectory()) throw new Error('not a regular file');
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
