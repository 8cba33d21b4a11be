// The checks of the sources, as a table: a name, and a function that prints each violation and returns whether there is none.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { areCSourcesInOrder } from './c-sources.mjs';
import { ROOT } from './layout.mjs';
import { arePrivateMembersInOrder } from './private-members.mjs';
import { areReferencesResolved } from './references.mjs';
import { areRoomsInOrder } from './rooms.mjs';
import { isVersionInOnePlace } from './version.mjs';
import { areWordsInOrder } from './words.mjs';

/** The page of the dashboard runs in browsers, and has their types. */
const PROJECTS = ['tsconfig.json', 'tsconfig.scripts.json', 'packages/dashboard/page/tsconfig.json'];

export const CHECKS = [
  { name: 'types', isInOrder: () => succeeds('tsc', '--build', ...PROJECTS) },
  { name: 'style', isInOrder: () => succeeds('biome', 'check', '--error-on-warnings') },
  { name: 'dead code', isInOrder: () => succeeds('knip') },
  { name: 'one version', isInOrder: isVersionInOnePlace },
  { name: 'references', isInOrder: areReferencesResolved },
  { name: 'rooms', isInOrder: areRoomsInOrder },
  { name: 'words', isInOrder: areWordsInOrder },
  { name: 'private members', isInOrder: arePrivateMembersInOrder },
  { name: 'C sources', isInOrder: areCSourcesInOrder },
];

/** Whether a command of node_modules/.bin succeeds. */
function succeeds(tool, ...args) {
  const path = join(ROOT, 'node_modules', '.bin', tool);
  return spawnSync(path, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}
