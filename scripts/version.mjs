// The version of the product stands in package.json. What needs it reads it from there or gets it from the build.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './layout.mjs';
import { sourceFiles } from './source-files.mjs';

export const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Where the version belongs: its one place, what happened in it, and versions of other packages that may be the same. */
const ITS_PLACES = ['package.json', 'CHANGELOG.md', 'pnpm-lock.yaml', 'bench/results/results.json'];

/** Complains of each further copy, which somebody would forget to change. Returns whether there is none. */
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
