// Types, style, dead code, one version.
import { CHECKS, runCheck } from './checks.mjs';
import { installDependencies, requireNode } from './prerequisites.mjs';

export function run() {
  requireNode();
  installDependencies();
  const failed = CHECKS.filter((check) => !runCheck(check)).map(({ name }) => name);
  console.log(failed.length ? `not in order: ${failed.join(', ')}` : 'everything is in order');
  return failed.length ? 1 : 0;
}
