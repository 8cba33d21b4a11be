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

/** Whether the whole of `text` fits `pattern`. Takes time of at most the product of both lengths. */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let starText = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      starAt = p++;
      starText = t;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, text[t] as string) : -1;
    if (next >= 0) {
      p = next;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++starText;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Matches one character; returns where the pattern goes on, or -1. */
function matchOne(pattern: string, at: number, char: string): number {
  const symbol = pattern[at];
  if (symbol === '?') return at + 1;
  if (symbol === '[') {
    const bracket = parseBracket(pattern, at, char);
    if (bracket) return bracket.matches ? bracket.end : -1;
  }
  // A backslash at the very end has nothing to quote: no text matches it.
  if (symbol === '\\') return pattern[at + 1] === char ? at + 2 : -1;
  return symbol === char ? at + 1 : -1;
}

/** Reads the bracket expression at `at`; null when it is not closed. */
function parseBracket(pattern: string, at: number, char: string): { matches: boolean; end: number } | null {
  let i = at + 1;
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i++;
  let found = false;
  for (let first = true; ; first = false) {
    let low = pattern[i];
    if (low === undefined) return null;
    if (low === ']' && !first) return { matches: found !== negated, end: i + 1 };
    if (low === '[' && pattern[i + 1] === ':') {
      const close = pattern.indexOf(':]', i + 2);
      const members = close > 0 ? CLASSES.get(pattern.slice(i + 2, close)) : undefined;
      if (members) {
        found ||= members.test(char);
        i = close + 2;
        continue;
      }
    }
    if (low === '\\' && pattern[i + 1] !== undefined) low = pattern[++i] as string;
    i++;
    let high = low;
    if (pattern[i] === '-' && pattern[i + 1] !== undefined && pattern[i + 1] !== ']') {
      high = pattern[++i] as string;
      if (high === '\\' && pattern[i + 1] !== undefined) high = pattern[++i] as string;
      i++;
    }
    found ||= low <= char && char <= high;
  }
}
