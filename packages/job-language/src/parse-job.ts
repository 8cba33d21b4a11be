import type { Slot } from '@upstart/common';
import { emptyDefinition, type JobDefinition } from './job-definition.ts';
import { Lexer } from './lexer.ts';
import { checkConsole } from './log-stanzas.ts';
import { parseStanza, type StanzaContext } from './stanzas.ts';
import type { Token } from './tokens.ts';

/** The largest job file, in bytes. */
export const MAX_JOB_FILE_SIZE = 1024 * 1024;

export interface ParseOptions {
  /** The job's name; ignored with `into`. */
  name: string;
  /** The file's name in errors. */
  path: string;
  /** The definition that an override adds to; it is left as it is. */
  into?: JobDefinition;
  /** Whether the daemon runs with `--debug`: else the stanza `debug` does nothing. */
  debug?: boolean;
  /** Told of each script block: the line that its text starts in, and the text as the shell gets it. */
  onScript?: (slot: Slot, line: number, text: string) => void;
  /** Told of each `manual`, which takes away the \`start on\` that stands before it: its line. */
  onManual?: (line: number) => void;
  /** Told of each token that a stanza takes, from left to right. */
  onToken?: (token: Token) => void;
}

/** The text without the byte-order mark that some editors put in front of UTF-8. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/**
 * The definition that the text of a job file gives, or that of `into` with an override applied. Throws `JobFileError`
 * at the first thing that is wrong, and nothing else; then nothing of the file counts.
 */
export function parseJob(text: string, options: ParseOptions): JobDefinition {
  const { name, path, into, debug = false, onScript = null, onManual = null, onToken = null } = options;
  const job = into === undefined ? emptyDefinition(name, path) : structuredClone(into);
  const lexer = new Lexer(withoutMark(text), path, onToken);
  const context: StanzaContext = { debug, onScript, onManual, logPlace: null };
  while (!lexer.atEnd) {
    if (lexer.atStanza()) parseStanza(lexer, job, context);
    else lexer.skipLine();
  }
  checkConsole(lexer, job, context.logPlace);
  return job;
}
