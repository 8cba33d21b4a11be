/** A line of a log as it is sent. */
import { encodeText } from '@upstart/common';

export interface LogRecord {
  readonly job: string;
  /** '' for the unnamed one. */
  readonly instance: string;
  /** `KEY=VALUE`. */
  readonly labels: readonly string[];
  /** Bytes that are no UTF-8 stand as lone surrogates (`encodeText`). */
  readonly text: string;
  /** When it was read from the job, in milliseconds since the epoch, with a fraction. */
  readonly timeMs: number;
  /** The process that wrote it; 0: not known. */
  readonly pid: number;
  /** The byte of the log, all its files behind each other, at which it begins: what is sent twice has the same number. */
  readonly sequence: number;
  /** As syslog has it: 0 to 7. */
  readonly priority: number;
}

const INFO = 6;

/** The priority that a program may put before a line, as sd-daemon(3) has it: `<3>text`. */
export function withoutPriority(text: string): { priority: number; text: string } {
  const found = text.startsWith('<') ? /^<([0-7])>/.exec(text) : null;
  return found === null ? { priority: INFO, text } : { priority: Number(found[1]), text: text.slice(3) };
}

/** The text in pieces of at most so many bytes. None of them ends within a character. */
export function pieces(text: string, maxBytes: number): string[] {
  // No unit of UTF-16 takes more than three bytes.
  if (text.length * 3 <= maxBytes || encodeText(text).length <= maxBytes) return [text];
  const all: string[] = [];
  let piece = '';
  let bytes = 0;
  for (const char of text) {
    const length = encodeText(char).length;
    if (bytes + length > maxBytes) {
      all.push(piece);
      piece = '';
      bytes = 0;
    }
    piece += char;
    bytes += length;
  }
  all.push(piece);
  return all;
}
