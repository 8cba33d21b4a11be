import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { encodeText } from './text.ts';

/**
 * Makes a folder and the missing ones above it. Throws the error of mkdir. Not by `recursive: true`, which never ends where a folder cannot
 * have subfolders, as in /proc, or was removed while in use.
 */
export function makeFolder(path: string, mode: number): void {
  if (made(path, mode)) return;
  makeFolder(dirname(path), mode);
  if (!made(path, mode)) mkdirSync(encodeText(path), { mode });
}

/** Whether the folder exists now; false if its parent does not. */
function made(path: string, mode: number): boolean {
  try {
    mkdirSync(encodeText(path), { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(path) !== path) return false;
    if (code !== 'EEXIST') throw error;
  }
  return true;
}
