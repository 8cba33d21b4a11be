/** Words of units: quotes and escapes of C (systemd.syntax(7), systemd.service(5)). */

/** Characters of words that need no quotes. */
const PLAIN = /^[\w@%+=:,./$!?*-]+$/;
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  s: ' ',
};
/** An escaped number: `\x41`, `\101`, `\u0041`, `\U00000041`. */
const NUMBER = /^(?:x([0-9A-Fa-f]{2})|([0-7]{3})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/;

/** The words of a value, without quotes and escapes. A quote without its end extends to the end. */
export function splitWords(value: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < value.length; at++) {
    const char = value[at] as string;
    if (char === '\\') {
      const { text, length } = escaped(value.slice(at + 1));
      word = (word ?? '') + text;
      at += length;
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + char;
  }
  if (word !== null) words.push(word);
  return words;
}

/** What stands for the text behind a backslash, and its length. */
function escaped(rest: string): { text: string; length: number } {
  const [whole, hex, octal, short, long] = NUMBER.exec(rest) ?? [];
  if (whole !== undefined) {
    const code = octal === undefined ? Number.parseInt(hex ?? short ?? long ?? '0', 16) : Number.parseInt(octal, 8);
    return { text: code <= 0x10ffff ? String.fromCodePoint(code) : '', length: whole.length };
  }
  const char = rest[0] ?? '';
  return { text: ESCAPES[char] ?? char, length: char.length };
}

/** `text` as one word, with quotes where they are needed. */
export function quoted(text: string): string {
  if (PLAIN.test(text)) return text;
  const escapes = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  return `"${escapes}"`;
}

/** Text in which no specifier is meant. */
export function withoutSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

/** `text` as one word of a command: neither specifiers nor variables are expanded in it. */
export function commandWord(text: string): string {
  return quoted(withoutSpecifiers(text).replaceAll('$', '$$$$'));
}
