// Watches the sources until Ctrl-C: prints type errors and failing unit tests at each change.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from './layout.mjs';
import { installDependencies, requireNode } from './prerequisites.mjs';

/** `args` are handed to vitest: parts of names of files, for example. */
export async function run(args) {
  requireNode();
  installDependencies();
  const projects = ['tsconfig.json', 'tsconfig.scripts.json'];
  const watchers = [
    start('ignore', 'tsc', '--build', '--watch', '--preserveWatchOutput', ...projects),
    // It reads keys: `q` ends it.
    start('inherit', 'vitest', 'watch', '--project', 'unit', '--clearScreen=false', ...args),
  ];
  const [status] = await Promise.race(watchers.map((watcher) => once(watcher, 'exit')));
  for (const watcher of watchers) watcher.kill();
  return status ?? 0;
}

/**
 * Starts a command of node_modules/.bin.
 * @param {'ignore' | 'inherit'} input
 * @param {string} tool
 * @param {string[]} args
 */
function start(input, tool, ...args) {
  const program = join(ROOT, 'node_modules', '.bin', tool);
  return spawn(program, args, { cwd: ROOT, stdio: [input, 'inherit', 'inherit'] });
}
