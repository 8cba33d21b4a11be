/** The file by which a session is found (reference: control §7). */
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Announces the session. */
export function writeSessionFile(path: string, address: string): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, `UPSTART_SESSION=${address}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}

export function removeSessionFile(path: string): void {
  rmSync(path, { force: true });
}
