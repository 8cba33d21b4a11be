/** Stanzas that Upstart 1.13.2 does not know: with one of them it rejects the whole file. */
import type { Rule } from './rule.ts';

/** By the keywords that name them. */
export const ADDED: readonly string[] = [
  'check action',
  'check exec',
  'check failures',
  'check http',
  'check interval',
  'check tcp',
  'check timeout',
  'check unix',
  'cluster at most',
  'cluster one',
  'env-file',
  'expect fd',
  'expect notify',
  'hook timeout',
  'log label',
  'log to',
  'notify access',
  'ready after',
  'ready exec',
  'ready http',
  'ready interval',
  'ready log',
  'ready tcp',
  'ready timeout',
  'ready unix',
  'reload on',
  'respawn delay',
  'respawn reset',
  'restart delay',
  'restart on',
  'watchdog',
];

/** Not among the usual rules: only those who ask for it want to know. */
export const PORTABLE_RULE: Rule = {
  name: 'not-portable',
  *check({ statements }) {
    for (const { name, at, args } of statements) {
      const added = [name, `${name} ${args[0]?.value}`].find((words) => ADDED.includes(words));
      if (added) yield { at, text: `\`${added}\` is unknown to Upstart 1.13.2, which rejects this file` };
    }
  },
};
