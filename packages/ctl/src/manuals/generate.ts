/** Manual pages: the texts in `man`, with the tables of commands and options filled in. The build runs this. */
import { VERSION, wrap } from '@upstart/common';
import { TABLES } from './tables.ts';

/** A line of a text that stands for a table. */
const MARK = /^@(.*)@$/gm;

/** The longest line of text in a page. */
const WIDTH = 78;

/** The page of this text. Throws if it has a mark for which there is no table. */
export function manualPage(text: string): string {
  const whole = text.replaceAll('@VERSION@', VERSION).replaceAll(MARK, (_line, mark: string) => {
    const table = TABLES[mark];
    if (!table) throw new Error(`there is no table for @${mark}@`);
    return table.join('\n');
  });
  return filled(whole.split('\n')).join('\n');
}

/** Breaks long lines of text, but not those of a display, which stay as they are. */
function filled(lines: readonly string[]): string[] {
  let isLiteral = false;
  return lines.flatMap((line) => {
    if (/^\.(Bd|Ed)\b/.test(line)) isLiteral = line.startsWith('.Bd -literal');
    if (isLiteral || line.startsWith('.') || line.length <= WIDTH) return [line];
    // A line that begins with a dot or an apostrophe would be a request.
    return wrap(line, WIDTH, 0).map((part, at) => (at > 0 && /^[.']/.test(part) ? `\\&${part}` : part));
  });
}
