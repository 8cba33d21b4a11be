/** Rules about values that can be seen to be wrong without running the job. */
import type { Token } from '../tokens.ts';
import type { Finding, LintWorld, Rule } from './rule.ts';
import type { ParsedFile } from './statements.ts';

export const VALUE_RULES: readonly Rule[] = [
  { name: 'limit-range', check: limits },
  { name: 'unknown-user', check: (file, world) => accounts(file, 'setuid', 'user', world.hasUser) },
  { name: 'unknown-group', check: (file, world) => accounts(file, 'setgid', 'group', world.hasGroup) },
  { name: 'folder', check: folders },
  { name: 'env-not-expanded', check: variables },
];

const VARIABLE = /\$(?:[A-Za-z_]|\{)/;

function* argumentsOf({ statements }: ParsedFile, stanza: string): Iterable<Token> {
  for (const { name, args } of statements) if (name === stanza && args[0] !== undefined) yield args[0];
}

function* limits({ statements }: ParsedFile, world: LintWorld): Iterable<Finding> {
  for (const { name, args } of statements) {
    const [resource, soft, hard] = args;
    if (name !== 'limit' || !resource || !soft || !hard) continue;
    const [low, high] = [numberOf(soft.value), numberOf(hard.value)];
    const highest = world.highestLimit(resource.value);
    if (high !== null && (low === null || low > high)) {
      yield { at: soft.span, text: `the soft limit is above the hard limit ${hard.value}: it cannot be set` };
    } else if (highest !== null && (high === null || high > highest)) {
      yield { at: hard.span, text: `at most ${highest} can be set here for ${resource.value}` };
    }
  }
}

/** null: unlimited. */
function numberOf(value: string): bigint | null {
  return value === 'unlimited' ? null : BigInt.asUintN(64, BigInt(value.trim().replace(/^\+/, '')));
}

function* accounts(
  file: ParsedFile,
  stanza: string,
  kind: string,
  isKnown: (name: string) => boolean | null,
): Iterable<Finding> {
  for (const { value, span } of argumentsOf(file, stanza)) {
    if (VARIABLE.test(value)) yield { at: span, text: `\`${stanza}\` expands no variables` };
    else if (/^\d+$/.test(value)) yield { at: span, text: `\`${stanza}\` takes the name of a ${kind}, not a number` };
    else if (isKnown(value) === false) yield { at: span, text: `there is no ${kind} ${value} here` };
  }
}

function* folders(file: ParsedFile, world: LintWorld): Iterable<Finding> {
  const inChroot = file.job.chroot !== null;
  for (const stanza of ['chdir', 'chroot']) {
    for (const { value, span } of argumentsOf(file, stanza)) {
      if (VARIABLE.test(value)) yield { at: span, text: `\`${stanza}\` expands no variables` };
      else if (value.startsWith('~')) yield { at: span, text: `\`${stanza}\` does not expand ~` };
      else if (!value.startsWith('/')) yield { at: span, text: `\`${stanza}\` needs a path from the root folder on` };
      else if (!(inChroot && stanza === 'chdir') && world.isFolder(value) === false)
        yield { at: span, text: `there is no folder ${value} here` };
    }
  }
}

function* variables(file: ParsedFile): Iterable<Finding> {
  for (const { value, span } of argumentsOf(file, 'env')) {
    const equals = value.indexOf('=');
    if (equals >= 0 && VARIABLE.test(value.slice(equals))) {
      yield { at: span, text: '`env` expands no variables: processes find the $ in the value' };
    }
  }
}
