// The unit tests, which need nothing that is built.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './layout.mjs';
import { installDependencies, requireNode } from './prerequisites.mjs';

/** `args` are handed to vitest: parts of names of files, for example. */
export function run(args) {
  requireNode();
  installDependencies();
  const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
  return spawnSync(vitest, ['run', '--project', 'unit', ...args], { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}
