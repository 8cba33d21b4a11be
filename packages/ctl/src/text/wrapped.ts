/** Lines broken between their words, for the width of a terminal. */
import { columnsOf } from './columns.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are recognised by them
const COLOUR = /\u001b\[\d+m/g;
/** What stands before the first word of a line: blanks, and the branch of a tree. */
const LEAD = /^[ \u2514\u2500]*/;
/** How much further lines of a text are indented than its first one. */
const HANG = 2;

/** The columns of a text with colours. */
const shownColumns = (text: string): number => columnsOf(text.replace(COLOUR, ''));

/**
 * A line, which may have colours, as lines of at most so many columns; a longer word has a line of its own. The lines after the first are
 * indented by `hang` columns, or a little further than the first.
 */
export function wrapped(line: string, columns: number, hang = leadOf(line) + HANG): string[] {
  if (shownColumns(line) <= columns) return [line];
  const margin = ' '.repeat(Math.min(hang, Math.floor(columns / 2)));
  const lines: string[] = [];
  let shown = '';
  let used = 0;
  for (const [, gap = '', word = ''] of line.matchAll(/(\s*)(\S+)/g)) {
    const size = shownColumns(word);
    if (used > leadOf(shown) && used + gap.length + size > columns) {
      lines.push(shown);
      shown = margin + word;
      used = margin.length + size;
    } else {
      shown += gap + word;
      used += gap.length + size;
    }
  }
  return [...lines, shown];
}

const leadOf = (line: string): number => LEAD.exec(line.replace(COLOUR, ''))?.[0].length ?? 0;
