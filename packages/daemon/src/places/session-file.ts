/** The file by which a session is found (reference: control §7). */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Announces the session. A file that says so already is left as it is: that takes no room on a disk that is full. */
export function writeSessionFile(path: string, address: string): void {
  const content = `UPSTART_SESSION=${address}\n`;
  if (holds(path, content)) return;
  const temporary = `${path}.new`;
  // What is left of an attempt before, or was put there as a trap, is not written through.
  rmSync(temporary, { force: true });
  writeFileSync(temporary, content, { mode: 0o600, flag: 'wx' });
  renameSync(temporary, path);
}

function holds(path: string, content: string): boolean {
  try {
    return readFileSync(path, 'utf8') === content;
  } catch {
    return false;
  }
}

export function removeSessionFile(path: string): void {
  rmSync(path, { force: true });
}
