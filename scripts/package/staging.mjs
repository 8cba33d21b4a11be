// The tree of a package, in a folder of its own. What it is like depends on the sources alone: not on the clock, the umask or the order
// of a folder.
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, lutimesSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { place } from '../install/place.mjs';
import { Problem } from '../problem.mjs';
import { isElf, isStatic } from './elf.mjs';

/** What says how a program was compiled, by which compiler. */
const STRIP = ['--strip-all', '--remove-section=.comment', '--remove-section=.note'];

/** @param {import('./architecture.mjs').Machine} machine */
export function requireStrip({ strip }) {
  if (spawnSync(strip, ['--version'], { stdio: 'ignore' }).status !== 0)
    throw new Problem(
      `There is no \`${strip}\`, which makes programs smaller.`,
      'It comes with the compiler: binutils.',
    );
}

/**
 * Puts the rows of the contents below `folder`; programs without what only a debugger reads.
 * @param {import('../install/contents.mjs').Row[]} rows
 * @param {string} folder
 * @param {import('./architecture.mjs').Machine} machine
 */
export function stage(rows, folder, machine) {
  for (const row of rows) {
    const path = join(folder, row.to);
    place(row.from === undefined ? row : { ...row, from: machine.from(row.from) }, path);
    if (!lstatSync(path).isSymbolicLink() && isElf(readFileSync(path))) finish(path, machine.strip);
  }
}

function finish(program, strip) {
  // One that was linked with the C library of this machine may not run on another.
  if (!isStatic(readFileSync(program)))
    throw new Problem(
      `${program} is not linked statically.`,
      'Packages need the static C library: libc6-dev, glibc-static.',
    );
  const { status, stderr, error } = spawnSync(strip, [...STRIP, program], { encoding: 'utf8' });
  if (status !== 0) throw new Problem(`Cannot strip ${program}: ${error?.message ?? stderr.trim()}`);
}

/** Everything below `folder`, in the order of names, folders before what is in them. */
export const listing = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => ({ path: join(entry.parentPath, entry.name), entry }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

/** Gives all that is below `folder`, and itself, the date and the modes of a package. Comes last: what is put in afterwards changes a folder's date. */
export function settle(folder, dateS) {
  const found = listing(folder);
  chmodSync(folder, 0o755);
  for (const { path, entry } of found)
    if (!entry.isSymbolicLink()) chmodSync(path, lstatSync(path).mode & 0o100 ? 0o755 : 0o644);
  for (const path of [...found.map(({ path }) => path), folder]) lutimesSync(path, dateS, dateS);
}
