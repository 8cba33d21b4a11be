/** The file by which a session is found (reference: control §7). */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '@upstart/common';
import { CONTROL_SOCKET, formatAddress } from '@upstart/protocol';

/** Announces the session with this run-time folder. A file that says so already is left as it is: that takes no room on a disk that is full. */
export function writeSessionFile(path: string, runtimeDir: string): void {
  if (isAnnounced(path, runtimeDir)) return;
  const content = contentFor(runtimeDir);
  makeFolder(dirname(path), 0o700);
  const temporary = `${path}.new`;
  // Does not write through a leftover of an earlier attempt, or a trap.
  rmSync(temporary, { force: true });
  writeFileSync(temporary, content, { mode: 0o600, flag: 'wx' });
  renameSync(temporary, path);
}

/** Clients of either protocol can use the path of the control socket, whether or not the session has an address for D-Bus clients. */
function contentFor(runtimeDir: string): string {
  return `UPSTART_SESSION=${formatAddress(join(runtimeDir, CONTROL_SOCKET))}\n`;
}

/** Whether the file has this content already. */
export function isAnnounced(path: string, runtimeDir: string): boolean {
  try {
    return readFileSync(path, 'utf8') === contentFor(runtimeDir);
  } catch {
    return false;
  }
}

export function removeSessionFile(path: string): void {
  rmSync(path, { force: true });
}
