// What looks at the sources, as a table: a name and a command line of node_modules/.bin, or a function that tells whether all is well.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './layout.mjs';
import { areReferencesResolved } from './references.mjs';
import { isVersionInOnePlace } from './version.mjs';
import { areWordsInOrder } from './words.mjs';

export const CHECKS = [
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json', '--noEmit'] },
  { name: 'style', command: ['biome', 'check', '--error-on-warnings'] },
  { name: 'dead code', command: ['knip'] },
  { name: 'one version', isInOrder: isVersionInOnePlace },
  { name: 'references', isInOrder: areReferencesResolved },
  { name: 'words', isInOrder: areWordsInOrder },
];

/** Runs one row of CHECKS; what it has to say goes to the terminal. Returns whether all is well. */
export function runCheck({ command, isInOrder }) {
  if (isInOrder) return isInOrder();
  const [tool, ...args] = command;
  const path = join(ROOT, 'node_modules', '.bin', tool);
  return spawnSync(path, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}
