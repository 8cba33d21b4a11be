/** The text that every match of a regular expression has: what has not got it need not be read line by line. */

/** A text of this length and more is worth looking for, in characters. */
const LEAST = 2;
/** Behind these in a pattern stands something that is no plain character; behind `\` anything may. */
const PLAIN = /^[^\\^$.*+?()[\]{}|]$/u;
/** An escaped character that stands for itself. */
const ESCAPED = /^[\\^$.*+?()[\]{}|/]$/;

/**
 * The longest of the texts that each match must have; null: none is known. `pattern` is valid with the flag `u`. Alternatives, groups, classes
 * and what may be repeated or left out are no part of it.
 */
export function literalIn(pattern: string): string | null {
  let longest = '';
  let run = '';
  let depth = 0;
  const end = (): void => {
    if (run.length > longest.length) longest = run;
    run = '';
  };
  const chars = [...pattern];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] as string;
    if (char === '|' && depth === 0) return null;
    const escaped = char === '\\' ? chars[++at] : undefined;
    if (char === '[') {
      end();
      at = classEnd(chars, at);
    } else if (char === '(' || char === ')') {
      end();
      depth += char === '(' ? 1 : -1;
    } else if (depth === 0 && (PLAIN.test(char) || (escaped !== undefined && ESCAPED.test(escaped)))) {
      const own = escaped ?? char;
      // What follows may repeat it, or leave it out.
      if (/^[*+?{]$/.test(chars[at + 1] ?? '')) end();
      else run += own;
    } else {
      end();
      at = escapeEnd(chars, at, escaped);
      if (char === '{') at = chars.indexOf('}', at);
    }
  }
  end();
  return longest.length >= LEAST ? longest : null;
}

function classEnd(chars: readonly string[], at: number): number {
  let end = at + 1;
  while (end < chars.length && chars[end] !== ']') end += chars[end] === '\\' ? 2 : 1;
  return end;
}

/** The end of an escape that has more behind its letter: `\u{1F600}`, `\x41`, `\p{L}`, `\k<name>`, `\cA`, `\12`. */
function escapeEnd(chars: readonly string[], at: number, letter: string | undefined): number {
  if (letter === undefined) return at;
  const rest = chars.slice(at, at + 80).join('');
  const found = /^(?:u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|k<[^>]*>|c[A-Za-z]|[0-9]+)/u.exec(rest);
  return at + (found === null ? 0 : found[0].length - 1);
}
