// Watches the sources: says at each change what is wrong with types, and which unit tests fail. Until Ctrl-C.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from './layout.mjs';
import { installDependencies, requireNode } from './prerequisites.mjs';

const WATCHERS = [
  ['tsc', '--build', '--watch', '--preserveWatchOutput', 'tsconfig.json', 'tsconfig.scripts.json'],
  ['vitest', 'watch', '--project', 'unit', '--clearScreen=false'],
];

/** `args` are handed to vitest: parts of names of files, for example. */
export async function run(args) {
  requireNode();
  installDependencies();
  const watchers = WATCHERS.map(([tool, ...options]) =>
    spawn(join(ROOT, 'node_modules', '.bin', tool), tool === 'vitest' ? [...options, ...args] : options, {
      cwd: ROOT,
      stdio: [tool === 'vitest' ? 'inherit' : 'ignore', 'inherit', 'inherit'],
    }),
  );
  // Ctrl-C and `q` end vitest; the other one is not of use alone.
  const [status] = await Promise.race(watchers.map((watcher) => once(watcher, 'exit')));
  for (const watcher of watchers) watcher.kill();
  return status ?? 0;
}
