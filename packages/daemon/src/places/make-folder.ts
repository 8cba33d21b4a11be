import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it, where they are missing. Throws what mkdir throws. Not by `recursive: true`: that tries
 * for ever where there is no folder to be made in one that exists, as in /proc, or in one that was removed while it was in use.
 */
export function makeFolder(path: string, mode: number): void {
  if (made(path, mode)) return;
  makeFolder(dirname(path), mode);
  if (!made(path, mode)) mkdirSync(path, { mode });
}

/** Whether it is there now; false where the one above it is not. */
function made(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(path) !== path) return false;
    if (code !== 'EEXIST') throw error;
  }
  return true;
}
