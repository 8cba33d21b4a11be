import { statSync } from 'node:fs';
import type { LogFolder } from '../supervisor/process-messages.ts';

const PERMISSIONS = 0o7777;

/** Mode and owner of the log folder, to recreate it; null while there is none. */
export function lookAtLogFolder(path: string, parents: boolean): LogFolder | null {
  try {
    const { mode, uid, gid } = statSync(path);
    return { path, mode: mode & PERMISSIONS, owner: uid, group: gid, parents };
  } catch {
    // The folder does not exist yet, or cannot be inspected: writing to it reports the error.
    return null;
  }
}
