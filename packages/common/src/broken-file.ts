/** Broken job files in words, as every program shows them to people. */
import { printable } from './text.ts';

/** A word in a job file, with the line it stands in. */
export interface FilePlace {
  /** From 1, as the column is, which counts UTF-16 units. */
  line: number;
  column: number;
  /** The line, or the part of a very long one that is around the word. */
  text: string;
  /** Where the word begins in `text`, from 0, and its length; 0 where something is missing. In UTF-16 units. */
  mark: number;
  length: number;
}

/** A job file that was refused: `line` is null where the trouble belongs to no line. */
export interface BrokenFile {
  path: string;
  /** The name of the job that the file would define. */
  job: string;
  line: number | null;
  message: string;
  /**
   * The word at fault. It may stand on another line than `line`, as a quote that is never closed does. null where the
   * trouble is not in the text, and for those who may not change anything, who might not be allowed to read the file.
   */
  place?: FilePlace | null;
  /** The expectation, as a sentence without its full stop; null where the message is enough. */
  expected?: string | null;
  /** The known stanza, or value, that was probably meant. */
  meant?: string | null;
}

/** A broken file's place and trouble, as the log has it: `FILE:LINE: MESSAGE`. */
export function brokenFileText({ path, line, message }: Pick<BrokenFile, 'path' | 'line' | 'message'>): string {
  return line === null ? `${path}: ${message}` : `${path}:${line}: ${message}`;
}

/** The lines below that: the text with the word marked, and beside the mark the expectation and the probable meaning. Safe for terminals. */
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
