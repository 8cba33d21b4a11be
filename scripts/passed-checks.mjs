// Records which checks have passed on the present files. Checks read the checkout and the tools in node_modules, and nothing else.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CHECK_RECORDS, ROOT } from './layout.mjs';
import { CLOCK_GRAIN_MS, fingerprint, replaceFile } from './records.mjs';
import { sourceFiles } from './source-files.mjs';

const RECORD = join(CHECK_RECORDS, 'passed.json');
/** Written by each installation of dependencies. */
const INSTALLED = 'node_modules/.modules.yaml';

/** @returns {string[]} the names of the checks */
export function passedOnTheseFiles() {
  if (!existsSync(RECORD)) return [];
  const { files, passed } = JSON.parse(readFileSync(RECORD, 'utf8'));
  return files === describeFiles().files ? passed : [];
}

/** Nothing is remembered when a file was written after `started` (ms since 1970), or so late that it may have been. */
export function rememberThatPassed(passed, started) {
  const { files, newestMs } = describeFiles();
  if (newestMs < started - CLOCK_GRAIN_MS) replaceFile(RECORD, JSON.stringify({ files, passed }));
}

function describeFiles() {
  const stamps = [...sourceFiles(), INSTALLED].map((path) => {
    const { mtimeMs, ctimeMs, size, ino } = statSync(join(ROOT, path));
    return { path, mtimeMs, ctimeMs, size, ino };
  });
  return {
    files: fingerprint([process.version, stamps]),
    newestMs: Math.max(...stamps.map(({ ctimeMs }) => ctimeMs)),
  };
}
