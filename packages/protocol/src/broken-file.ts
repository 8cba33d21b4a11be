/** Broken job files in words, as every program shows them to people. */
import type { BrokenFile, FilePlace } from './messages.ts';
import { printable } from './text.ts';

/** A broken file's place and trouble, as the log has it: `FILE:LINE: MESSAGE`. */
export function brokenFileText({ path, line, message }: Pick<BrokenFile, 'path' | 'line' | 'message'>): string {
  return line === null ? `${path}: ${message}` : `${path}:${line}: ${message}`;
}

/** What stands below that: the line with the word marked, and beside the mark what was expected and meant. Safe for terminals. */
export function adviceLines({ place, expected, meant }: Pick<BrokenFile, 'place' | 'expected' | 'meant'>): string[] {
  const parts = [...(expected ? [`expected ${expected}`] : []), ...(meant ? [`did you mean \`${meant}\`?`] : [])];
  const advice = printable(parts.join('; '));
  if (!place) return advice === '' ? [] : [advice];
  const [line = '', mark = ''] = excerptLines(place);
  return [line, advice === '' ? mark : `${mark} ${advice}`];
}

/** A line of a file with its number, and below it a mark under the word. Safe for terminals. */
export function excerptLines({ line, text, mark, length }: FilePlace): string[] {
  const shown = (part: string): string => printable(part.replaceAll('\t', ' '));
  const number = String(line);
  const before = shown(text.slice(0, mark)).length;
  const under = Math.max(shown(text.slice(mark, mark + length)).length, 1);
  return [
    `${number} | ${shown(text)}`.trimEnd(),
    `${' '.repeat(number.length)} | ${' '.repeat(before)}${'^'.repeat(under)}`,
  ];
}
