/** Removing folders of tests. */
import { rmSync } from 'node:fs';

const PAUSE_MS = 20;
const TRIES = 500;

/**
 * Removes a folder with all that is in it. A process that was killed, or ends with its terminal, may still make a file meanwhile; so a
 * folder that is not empty when its turn comes is read again.
 */
export function removeFolder(path: string): void {
  for (let left = TRIES; ; left--) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY' || left === 0) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
}
