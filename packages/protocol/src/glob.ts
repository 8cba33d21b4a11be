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

/** What one character has to be; null: any number of any characters. */
type Part = ((char: string) => boolean) | null;

/**
 * Whether the whole of `text` fits `pattern`. Takes time of at most the product of both lengths, and of the square of the
 * pattern's, if it has many brackets that are not closed.
 */
export function globMatches(pattern: string, text: string): boolean {
  const parts = partsOf(pattern);
  let p = 0;
  let t = 0;
  let starAt = -1;
  let starText = 0;
  while (t < text.length) {
    const part = parts[p];
    if (part === null) {
      starAt = p++;
      starText = t;
    } else if (part?.(text[t] as string)) {
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
  return p === parts.length;
}

function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const symbol = pattern[at] as string;
    const bracket = symbol === '[' ? readBracket(pattern, at) : null;
    if (bracket) {
      parts.push(bracket.matches);
      at = bracket.end - 1;
    } else if (symbol === '*') {
      parts.push(null);
    } else if (symbol === '?') {
      parts.push(() => true);
    } else {
      // A backslash at the very end has nothing to quote: no text matches it.
      const meant = symbol === '\\' ? pattern[++at] : symbol;
      parts.push((char) => char === meant);
    }
  }
  return parts;
}

/** Reads the bracket expression at `at`; null when it is not closed. `end`: where the pattern goes on. */
function readBracket(pattern: string, at: number): { matches: (char: string) => boolean; end: number } | null {
  const members: ((char: string) => boolean)[] = [];
  let i = at + 1;
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i++;
  for (let first = true; ; first = false) {
    let low = pattern[i];
    if (low === undefined) return null;
    if (low === ']' && !first) {
      return { matches: (char) => members.some((isMember) => isMember(char)) !== negated, end: i + 1 };
    }
    if (low === '[' && pattern[i + 1] === ':') {
      const close = pattern.indexOf(':]', i + 2);
      const named = close > 0 ? CLASSES.get(pattern.slice(i + 2, close)) : undefined;
      if (named) {
        members.push((char) => named.test(char));
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
    members.push((char) => (low as string) <= char && char <= high);
  }
}
