// Types, style and dead code.
import { CHECKS, runCheck } from './checks.mjs';
import { installDependencies, requireNode } from './prerequisites.mjs';

export function run() {
  requireNode();
  installDependencies();
  const failed = CHECKS.filter((check) => !runCheck(check)).map(({ name }) => name);
  console.log(failed.length ? `not in order: ${failed.join(', ')}` : 'types, style and dead code are in order');
  return failed.length ? 1 : 0;
}
