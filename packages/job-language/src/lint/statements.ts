/** The stanzas of a job file as they stand in it, for rules about how they are written. */
import type { JobDefinition } from '../job-definition.ts';
import { parseJob } from '../parse-job.ts';
import type { Span } from '../place.ts';
import type { Token } from '../tokens.ts';

export interface Statement {
  /** Its keywords, such as `start on` or `pre-start script`. */
  readonly name: string;
  /** The first of them. */
  readonly at: Span;
  /** The words behind the keywords. */
  readonly args: readonly Token[];
}

export interface ParsedFile {
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly job: JobDefinition;
}

/** Reads a job file together with its stanzas. Throws JobFileError. */
export function readStatements(text: string, options: { name: string; path: string }): ParsedFile {
  const statements: { name: string; at: Span; args: Token[] }[] = [];
  const onToken = (token: Token): void => {
    const last = statements.at(-1);
    if (token.kind === 'stanza') statements.push({ name: token.value, at: token.span, args: [] });
    else if (last === undefined) return;
    else if (token.kind === 'keyword') last.name += ` ${token.value}`;
    else last.args.push(token);
  };
  const job = parseJob(text, { ...options, onToken });
  return { text, statements, job };
}
