// The version of the product stands in package.json. Other files read it from there or get it from the build.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './layout.mjs';
import { sourceFiles } from './source-files.mjs';

export const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** The files that may have the version: package.json, the change log, results of measurements, and the lock file, for other packages. */
const ITS_PLACES = ['package.json', 'CHANGELOG.md', 'pnpm-lock.yaml', 'bench/results/results.json'];

/** Prints each further copy, which a release would forget to change. Returns whether there is none. */
export function isVersionInOnePlace() {
  const copies = copiesOf(VERSION, sourceFiles());
  for (const place of copies) console.error(`${place}: the version ${VERSION} belongs in package.json only`);
  return copies.length === 0;
}

/** `FILE:LINE` of each line outside of its places that has `version` as a word, also as a regular expression writes it. */
export function copiesOf(version, files, read = (path) => readFileSync(join(ROOT, path), 'utf8')) {
  const copy = new RegExp(`(?<![\\d.])${version.replaceAll('.', '\\\\*\\.')}(?![\\d.]*\\d)`);
  return files
    .filter((path) => !ITS_PLACES.includes(path))
    .flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, index) => (copy.test(line) ? [`${path}:${index + 1}`] : [])),
    );
}
