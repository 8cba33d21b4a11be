/**
 * Warnings about job files that are in order but probably do not mean what they say. The rules are pure: what they need to
 * know of the machine they ask a `LintWorld`.
 */
import type { FilePlace } from '@upstart/common';
import { withoutMark } from '../parse-job.ts';
import { placeOf } from '../place.ts';
import { COMMAND_RULES } from './command-rules.ts';
import { CONDITION_RULES } from './condition-rules.ts';
import { PORTABLE_RULE } from './portable.ts';
import type { LintWorld, Rule } from './rule.ts';
import { SCRIPT_RULES } from './script-rules.ts';
import { STANZA_RULES } from './stanza-rules.ts';
import { readStatements } from './statements.ts';
import { VALUE_RULES } from './value-rules.ts';

export interface Warning {
  /** The rule's name. */
  readonly rule: string;
  readonly place: FilePlace;
  readonly text: string;
}

export const RULES: readonly Rule[] = [
  ...STANZA_RULES,
  ...VALUE_RULES,
  ...CONDITION_RULES,
  ...COMMAND_RULES,
  ...SCRIPT_RULES,
];

/** So many warnings about one file are given. */
export const MAX_WARNINGS = 50;

export interface LintOptions {
  /** The name of the job. */
  readonly name: string;
  readonly path: string;
  /** Whether stanzas that the original does not know are named, too. */
  readonly portable?: boolean;
}

/** Warnings about a job file, in the order of its lines. Throws JobFileError for one that does not parse. */
export function lint(content: string, { portable = false, ...options }: LintOptions, world: LintWorld): Warning[] {
  const file = readStatements(withoutMark(content), options);
  const rules = portable ? [...RULES, PORTABLE_RULE] : RULES;
  const found = rules.flatMap(({ name, check }) => {
    const first = take(check(file, world), MAX_WARNINGS);
    return first.map((finding) => ({ rule: name, ...finding }));
  });
  found.sort((a, b) => a.at.start - b.at.start);
  return found.slice(0, MAX_WARNINGS).map(({ rule, at, text }) => ({ rule, place: placeOf(file.text, at), text }));
}

function take<T>(items: Iterable<T>, most: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.push(item) === most) break;
  }
  return taken;
}
