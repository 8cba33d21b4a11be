/** The words of `log to` and `log label` (reference: job files §4.6). */
import { oneOrMore, type Reader } from './arguments.ts';
import type { JobDefinition } from './job-definition.ts';
import type { Lexer } from './lexer.ts';
import { ILLEGAL_TARGET, isLogTargetKind, labelFault, logDestination, NO_TARGET } from './log-target.ts';
import type { Span } from './place.ts';

export { MAX_LOG_LABELS, MAX_LOG_TARGETS } from './log-target.ts';

/** The last `ready log`, `log to` or `console` of a file, which have to fit together at its end. */
export interface LogPlace {
  readonly span: Span;
  readonly line: number;
  readonly stanza: string;
}

/** `journald [PATH]`, `syslog [LOCATION]`, `otlp [URL]`, or one word. */
export const logTo: Reader<string[]> = (lexer) => {
  const words = [lexer.word()];
  const place = lexer.last;
  const { line } = lexer;
  if (lexer.hasToken() && isLogTargetKind(words[0] as string)) words.push(lexer.word());
  else if (lexer.hasToken()) lexer.fail(ILLEGAL_TARGET, place, line);
  const target = logDestination(words);
  return typeof target === 'string' ? [target] : lexer.fail(target.fault);
};

export const logLabels: Reader<string[]> = oneOrMore((lexer) => {
  const label = lexer.word();
  const fault = labelFault(label);
  return fault === null ? label : lexer.fail(fault);
});

/** Rejects a file whose output would have to be read although it is not logged. Without `console` the default decides. */
export function checkConsole(lexer: Lexer, job: JobDefinition, place: LogPlace | null): void {
  const { ready, console, logTo } = job;
  if (!place || console === null || console === 'log') return;
  const needing = ready.some(({ kind }) => kind === 'log')
    ? 'ready log'
    : logTo.some((target) => target !== NO_TARGET)
      ? 'log to'
      : null;
  if (needing === null) return;
  lexer.stanza = place.stanza;
  lexer.fail(`Illegal console, \`${needing}\` needs \`console log\``, place.span, place.line);
}
