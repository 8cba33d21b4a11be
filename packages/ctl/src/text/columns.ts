/** Text in columns of a terminal: characters of East Asian scripts and emoji take two columns, combining ones none. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const EMPTY = /[\p{Mn}\p{Me}\p{Cf}]/u;
const ASCII = /^[\x20-\x7e]*$/;

export function columnsOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += EMPTY.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

/** As `padEnd`, to so many columns. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** The beginning and the end of a text that has more columns: names often differ in one of them. */
export function elided(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const end = Math.floor((columns - 1) / 3);
  const characters = [...text];
  const tail = taken(characters.toReversed(), end).reverse();
  return `${taken(characters, columns - 1 - end).join('')}…${tail.join('')}`;
}

/** The beginning of a text, as far as there is room. */
export function cut(text: string, columns: number): string {
  return columnsOf(text) <= columns ? text : taken([...text], columns).join('');
}

/** The text in as many lines as it needs, with a break at a blank where one is near the end of a line. */
export function folded(text: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (columnsOf(rest) > columns) {
    const line = cut(rest, columns);
    const blank = line.lastIndexOf(' ');
    const length = blank > line.length * 0.6 ? blank + 1 : line.length;
    // A character that is wider than all.
    if (length === 0) break;
    lines.push(rest.slice(0, length).trimEnd());
    rest = rest.slice(length);
  }
  return [...lines, rest];
}

/** The first characters, as many as have room. */
function taken(characters: readonly string[], columns: number): string[] {
  let used = 0;
  const end = characters.findIndex((character) => {
    used += columnsOf(character);
    return used > columns;
  });
  return characters.slice(0, end < 0 ? characters.length : end);
}
