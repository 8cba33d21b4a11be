// Types, style, dead code, one version. A check that passed is not repeated before a file has changed; `--all` repeats every one.
import { CHECKS } from './checks.mjs';
import { passedOnTheseFiles, rememberThatPassed } from './passed-checks.mjs';
import { installDependencies, requireNode } from './prerequisites.mjs';

export function run(args) {
  requireNode();
  installDependencies();
  const passed = args.includes('--all') ? [] : passedOnTheseFiles();
  const started = Date.now();
  const failed = [];
  for (const { name, isInOrder } of CHECKS) {
    if (passed.includes(name)) console.log(`${name}: nothing has changed`);
    else if (isInOrder()) passed.push(name);
    else failed.push(name);
  }
  rememberThatPassed(passed, started);
  console.log(failed.length ? `not in order: ${failed.join(', ')}` : 'everything is in order');
  return failed.length ? 1 : 0;
}
