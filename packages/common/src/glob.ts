/**
 * Shell patterns as `fnmatch(pattern, text, 0)` reads them (reference: events §6.2): `*` crosses `/` and leading
 * dots, `\` makes the next character ordinary, an unclosed `[` is an ordinary character.
 */

const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /[A-Za-z0-9]/],
  ['alpha', /[A-Za-z]/],
  ['blank', /[ \t]/],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the class is made of them
  ['cntrl', /[\x00-\x1f\x7f]/],
  ['digit', /[0-9]/],
  ['graph', /[\x21-\x7e]/],
  ['lower', /[a-z]/],
  ['print', /[\x20-\x7e]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['space', /[ \t\n\v\f\r]/],
  ['upper', /[A-Z]/],
  ['xdigit', /[0-9A-Fa-f]/],
]);

/** How long the name of a class may be. */
const CLASS_NAME = /\[:([a-z]{1,6}):\]/y;

/** A test for one character, and the steps it takes; null: any number of any characters. */
type Part = { steps: number; matches: (char: string) => boolean } | null;

/** How many steps a match may take: one for each character that is looked at, more for those of long brackets. */
export interface GlobBudget {
  /** The remaining steps; below zero once they were not enough. */
  steps: number;
}

/** The default budget of a match. */
export const MAX_GLOB_STEPS = 4 * 1024 * 1024;

/** Steps for reading a character of the pattern. */
const READING_STEPS = 8;

/** Characters that mean more than themselves. */
const SPECIAL = /[*?[\\]/;

/**
 * Whether the whole of `text` fits `pattern`. That can take steps of the product of both lengths: a match that needs more than
 * the budget has is none, and leaves it below zero.
 */
export function globMatches(pattern: string, text: string, budget: GlobBudget = { steps: MAX_GLOB_STEPS }): boolean {
  if (!SPECIAL.test(pattern)) return pattern === text;
  budget.steps -= pattern.length * READING_STEPS;
  const parts = partsOf(pattern, budget);
  let p = 0;
  let t = 0;
  let starAt = -1;
  let starText = 0;
  while (t < text.length) {
    const part = parts[p];
    budget.steps -= part?.steps ?? 1;
    if (budget.steps < 0) return false;
    if (part === null) {
      starAt = p++;
      starText = t;
    } else if (part?.matches(text[t] as string)) {
      p++;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++starText;
    } else {
      return false;
    }
  }
  while (parts[p] === null) p++;
  return budget.steps >= 0 && p === parts.length;
}

function partsOf(pattern: string, budget: GlobBudget): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length && budget.steps >= 0; at++) {
    const symbol = pattern[at] as string;
    const bracket = symbol === '[' ? readBracket(pattern, at, budget) : null;
    if (bracket) {
      parts.push(bracket.part);
      at = bracket.end - 1;
    } else if (symbol === '*') {
      parts.push(null);
    } else if (symbol === '?') {
      parts.push({ steps: 1, matches: () => true });
    } else {
      // A backslash at the very end has nothing to quote: no text matches it.
      const meant = symbol === '\\' ? pattern[++at] : symbol;
      parts.push({ steps: 1, matches: (char) => char === meant });
    }
  }
  return parts;
}

/** Reads the bracket expression at `at`; null when it is not closed. `end`: where the pattern continues. */
function readBracket(pattern: string, at: number, budget: GlobBudget): { part: Part; end: number } | null {
  const members: ((char: string) => boolean)[] = [];
  let i = at + 1;
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i++;
  for (let first = true; ; first = false) {
    let low = pattern[i];
    // One that is not closed is read for nothing, and so may the next ones be.
    budget.steps -= READING_STEPS;
    if (low === undefined || budget.steps < 0) return null;
    if (low === ']' && !first) {
      const matches = (char: string): boolean => members.some((isMember) => isMember(char)) !== negated;
      return { part: { steps: 1 + members.length, matches }, end: i + 1 };
    }
    CLASS_NAME.lastIndex = i;
    const named = low === '[' ? CLASSES.get(CLASS_NAME.exec(pattern)?.[1] ?? '') : undefined;
    if (named) {
      members.push((char) => named.test(char));
      i = CLASS_NAME.lastIndex;
      continue;
    }
    if (low === '\\' && pattern[i + 1] !== undefined) low = pattern[++i] as string;
    i++;
    let high = low;
    if (pattern[i] === '-' && pattern[i + 1] !== undefined && pattern[i + 1] !== ']') {
      high = pattern[++i] as string;
      if (high === '\\' && pattern[i + 1] !== undefined) high = pattern[++i] as string;
      i++;
    }
    members.push((char) => (low as string) <= char && char <= high);
  }
}
