/** The file by which a session is found (reference: control §7). */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** Announces the session. A file that says so already is left as it is: that takes no room on a disk that is full. */
export function writeSessionFile(path: string, address: string): void {
  if (isAnnounced(path, address)) return;
  const content = contentFor(address);
  makeFolder(dirname(path), 0o700);
  const temporary = `${path}.new`;
  // A leftover of an earlier attempt, or a trap, is not written through.
  rmSync(temporary, { force: true });
  writeFileSync(temporary, content, { mode: 0o600, flag: 'wx' });
  renameSync(temporary, path);
}

function contentFor(address: string): string {
  return `UPSTART_SESSION=${address}\n`;
}

/** Whether the file says so already. */
export function isAnnounced(path: string, address: string): boolean {
  try {
    return readFileSync(path, 'utf8') === contentFor(address);
  } catch {
    return false;
  }
}

export function removeSessionFile(path: string): void {
  rmSync(path, { force: true });
}
