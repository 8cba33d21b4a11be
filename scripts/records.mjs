// The inputs from which each target was last built, so that a build without changes only compares file times.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DIST, RECORDS, ROOT } from './layout.mjs';

/** File times may lag this many milliseconds behind the clock. */
export const CLOCK_GRAIN_MS = 20;

const recordOf = (output) => join(RECORDS, `${output.replaceAll('/', '_')}.json`);

function stampOf(path) {
  const found = statSync(join(ROOT, path), { throwIfNoEntry: false });
  return found ? `${found.mtimeMs}:${found.size}` : 'missing';
}

export const fingerprint = (recipe) => createHash('sha256').update(JSON.stringify(recipe)).digest('hex');

/** Whether `output` was made by this very recipe from files that have not changed since. `extra`: inputs that may be new. */
export function isFresh(output, recipe, extra = []) {
  const file = recordOf(output);
  if (!existsSync(join(DIST, output)) || !existsSync(file)) return false;
  const record = JSON.parse(readFileSync(file, 'utf8'));
  if (record.recipe !== recipe || extra.some((path) => !Object.hasOwn(record.inputs, path))) return false;
  return Object.entries(record.inputs).every(([path, stamp]) => stampOf(path) === stamp);
}

/** A file that was touched after `started` may have been read before: the next build looks at it again. */
export function remember(output, recipe, paths, started) {
  const fresh = (path) => statSync(join(ROOT, path)).mtimeMs < started - CLOCK_GRAIN_MS;
  const inputs = Object.fromEntries(paths.map((path) => [path, fresh(path) ? stampOf(path) : 'changed meanwhile']));
  replaceFile(recordOf(output), JSON.stringify({ recipe, inputs }));
}

/** All files that went into any target. */
export function allInputs() {
  const records = existsSync(RECORDS) ? readdirSync(RECORDS).filter((name) => name.endsWith('.json')) : [];
  return records.flatMap((name) => Object.keys(JSON.parse(readFileSync(join(RECORDS, name), 'utf8')).inputs));
}

/** Puts a file in place in one step: a running program keeps the old one, and two builds at once do no harm. */
export function replaceFile(path, content, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, path);
}
