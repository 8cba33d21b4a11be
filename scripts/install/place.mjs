// Putting files in place, each in one step.
import { chmodSync, copyFileSync, lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Puts a row of the contents at `path`.
 * @param {import('./contents.mjs').Row} row
 * @param {string} path
 */
export function place({ from, link }, path) {
  if (link !== undefined) return replaceLink(path, link);
  const found = lstatSync(from);
  if (found.isSymbolicLink()) return replaceLink(path, readlinkSync(from));
  replace(path, (temporary) => {
    copyFileSync(from, temporary);
    chmodSync(temporary, found.mode & 0o111 ? 0o755 : 0o644);
  });
}

const replaceLink = (path, target) => replace(path, (temporary) => symlinkSync(target, temporary));

/** What `make` makes takes the place of `path` at once. */
export function replace(path, make) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  rmSync(temporary, { force: true });
  make(temporary);
  renameSync(temporary, path);
}
