import type { FilePlace } from '@upstart/common';

/** The place of an error, as the parser knows it. */
export interface ErrorContext {
  /** The word at fault, or where something is missing. May be on another line than the error is reported for. */
  readonly place: FilePlace;
  /** The word as it stands in the file; '' where something is missing. */
  readonly word: string;
  /** The keywords of the stanza that was being read, such as `respawn limit`; '' where none was known yet. */
  readonly stanza: string;
}

/** Why a job file (or override) was refused. `line` counts from 1; null where the trouble belongs to no line. */
export class JobFileError extends Error {
  readonly path: string;
  readonly line: number | null;
  /** null where the trouble is not in the text, such as a file that cannot be read. */
  readonly context: ErrorContext | null;

  constructor(path: string, line: number | null, message: string, context: ErrorContext | null = null) {
    super(message);
    this.name = 'JobFileError';
    this.path = path;
    this.line = line;
    this.context = context;
  }

  /** As the log has it, without the `init:` before it (reference: job files §3). */
  override toString(): string {
    return this.line === null
      ? `${this.path}: Error while loading configuration file: ${this.message}`
      : `${this.path}:${this.line}: ${this.message}`;
  }
}
