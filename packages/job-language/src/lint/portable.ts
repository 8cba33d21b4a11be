/** Stanzas that Upstart 1.13.2 does not know: with one of them it rejects the whole file. */
import type { Rule } from './rule.ts';

/** By the keywords that name them. */
export const ADDED: readonly string[] = [
  'env-file',
  'hook timeout',
  'ready after',
  'ready http',
  'ready interval',
  'ready tcp',
  'ready timeout',
  'ready unix',
  'reload on',
  'respawn delay',
  'respawn reset',
  'restart on',
];

/** Not among the usual rules: only those who ask for it want to know. */
export const PORTABLE_RULE: Rule = {
  name: 'not-portable',
  *check({ statements }) {
    for (const { name, at } of statements)
      if (ADDED.includes(name)) yield { at, text: `\`${name}\` is unknown to Upstart 1.13.2, which rejects this file` };
  },
};
