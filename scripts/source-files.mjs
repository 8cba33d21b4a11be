// The files of the checkout that are written by hand, not generated.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './layout.mjs';

const MADE = ['node_modules', 'dist', '.git'];

/** Paths relative to the top. */
export function sourceFiles(folder = '') {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (MADE.includes(entry.name)) return [];
    return entry.isDirectory() ? sourceFiles(path) : entry.isFile() ? [path] : [];
  });
}
