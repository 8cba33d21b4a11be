// What an installation remembers of itself: a line a file, for conf files with the checksum of what was installed.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'lib/upstart/installed-files';

export const manifestPath = (prefix) => join(prefix, NAME);

export const checksum = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Paths of the installed system, and for conf files the checksum; null where nothing is installed. */
export function readManifest(root, prefix) {
  const path = join(root, manifestPath(prefix));
  if (!existsSync(path)) return null;
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [file = '', sum] = line.split(' ');
      // Versions before 2.14 wrote paths below the prefix.
      return [file.startsWith('/') ? file : join(prefix, file), sum ?? null];
    }),
  );
}

export const manifestText = (manifest) =>
  [...manifest].map(([file, sum]) => `${file}${sum === null ? '' : ` ${sum}`}\n`).join('');

/** Whether nobody has changed the conf file since it was installed. */
export const isUnchanged = (path, sum) =>
  lstatSync(path, { throwIfNoEntry: false })?.isFile() && checksum(path) === sum;
