/** The files of Unix sockets: which are stale, and their modes and owners. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder, type SocketFile } from '@upstart/common';

const MODE_BITS = 0o7777;
const FOLDER_MODE = 0o755;

/** Whether a socket lies at the path. */
export function isSocketFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

/** Removes the file of a socket that no process has open any more. Returns whether it did; a file of another kind is left alone. */
export function removeStale(path: string): boolean {
  if (!isSocketFile(path) || isOpen(path)) return false;
  rmSync(path);
  return true;
}

/** Makes the folder of a socket where there is none. Returns whether it did. */
export function makeFolderOf(path: string): boolean {
  const folder = dirname(path);
  if (existsSync(folder)) return false;
  try {
    makeFolder(folder, FOLDER_MODE);
    return true;
  } catch {
    // What the kernel says of the socket tells as much.
    return false;
  }
}

/** Removes the file of a socket that init has closed, or is about to. */
export function removeFile(path: string): void {
  if (isSocketFile(path)) rmSync(path, { force: true });
}

/** Whether some process has a socket at this path open. Connecting would tell, too, but a service would have to accept that. */
function isOpen(path: string): boolean {
  return readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .some((line) => line.endsWith(` ${path}`));
}

/** Gives the file its mode and owner. Rejects with the reason why it cannot have them. */
export async function setUpFile({ path, mode, owner }: SocketFile): Promise<void> {
  if ((lstatSync(path).mode & MODE_BITS) !== mode) chmodSync(path, mode);
  if (owner !== null) await promisify(execFile)('chown', ['-h', owner, path]);
}
