/** Where in a file something stands, with the line to show to people. */
import type { FilePlace } from '@upstart/common';

/** From where to where in the text, in UTF-16 units; empty for what is missing there. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The most characters of a line that a place has around its word: a line may be as long as a file. */
export const MAX_EXCERPT = 160;

/** The place of a span, which is cut at the end of its line. */
export function placeOf(text: string, { start, end }: Span): FilePlace {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', start);
  const lineEnd = next < 0 ? text.length : next;
  const line = countLines(text, lineStart) + 1;
  const length = Math.min(Math.max(end, start), lineEnd) - start;
  const column = start - lineStart;
  const from = lineEnd - lineStart <= MAX_EXCERPT ? lineStart : Math.max(lineStart, start - MAX_EXCERPT / 2);
  const shown = text.slice(from, Math.min(lineEnd, from + MAX_EXCERPT)).trimEnd();
  const mark = start - from;
  return { line, column: column + 1, text: shown, mark, length: Math.min(length, Math.max(shown.length - mark, 0)) };
}

function countLines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
