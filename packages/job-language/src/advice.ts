/** Advice below an error in a job file: what was expected there, and what was probably meant. */
import { type BrokenFile, nearest } from '@upstart/common';
import { CHOICES, FOREIGN, FORMS } from './forms.ts';
import type { ErrorContext, JobFileError } from './job-file-error.ts';

export type Advice = Required<Pick<BrokenFile, 'expected' | 'meant'>>;

const NONE: Advice = { expected: null, meant: null };
const CURLY_QUOTE = /[\u201C-\u201F\u2018-\u201B\u00AB\u00BB]/;

/** The advice for an error; none for one that is about no word in the text. */
export function adviceOn({ message, context }: JobFileError): Advice {
  if (context === null) return NONE;
  const known = BY_MESSAGE[message] ?? (message.startsWith(NO_URL) ? ofNoUrl : ofStanza);
  return { ...NONE, ...known(context) };
}

/** An error with all that is known about it. */
export function brokenFile(job: string, error: JobFileError): BrokenFile {
  const { path, line, message, context } = error;
  return { path, job, line, message, place: context?.place ?? null, ...adviceOn(error) };
}

type Adviser = (context: ErrorContext) => Partial<Advice>;

const BY_MESSAGE: Record<string, Adviser> = {
  'Unknown stanza': (context) => (context.stanza === '' ? ofUnknownStanza(context) : ofUnknownWord(context)),
  'Expected token': (context) =>
    CONDITIONS.includes(context.stanza) && context.place.text.trimStart().replace(/^#.*/, '') === ''
      ? { expected: 'no blank line and no comment of its own inside parentheses' }
      : ofStanza(context),
  'Unexpected token': (context) =>
    CURLY_QUOTE.test(context.place.text)
      ? { expected: 'straight quotes (" or \') around several words: curly ones do not quote' }
      : { expected: `the end of the line: ${form(context.stanza)}` },
  'Unterminated quoted string': ({ word }) => ({
    expected: `another ${word} further down: an apostrophe opens a quote, too, unless it stands inside "…"`,
  }),
  'Unterminated block': () => ({ expected: '`end script` on a line of its own below' }),
  'Trailing slash in file': () => ({ expected: 'another line behind the backslash, or no backslash' }),
  'Expected event': () => ({
    expected: 'an event: a condition ends with its line unless that is inside parentheses',
  }),
  'Expected operator': () => ({ expected: '`and` or `or` between two operands' }),
  'Expected variable name before value': () => ({
    expected: 'KEY=VALUE: values without a name come first, right behind the event',
  }),
  'Mismatched parentheses': ({ word }) => ({
    expected: word === ')' ? 'no `)` without a `(` before it' : 'a `)` for this `(`',
  }),
  'Illegal signal status, expected integer': () => ({
    expected: 'a name such as TERM or SIGHUP, or a number: real-time signals have no names',
  }),
};

/** The message of an error begins so where an address of `http` is none. */
const NO_URL = 'Illegal URL, expected';

const CONDITIONS: readonly string[] = ['start on', 'stop on', 'restart on', 'reload on'];

function ofStanza({ stanza }: ErrorContext): Partial<Advice> {
  return stanza === '' ? {} : { expected: form(stanza) };
}

function form(stanza: string): string {
  return FORMS[stanza] ?? stanza;
}

/** A word that no line may begin with. */
function ofUnknownStanza({ word, place }: ErrorContext): Partial<Advice> {
  if (word.startsWith('\\')) return { expected: 'no continued line in front of a stanza' };
  if (word === 'end') return { expected: 'a `script` stanza before `end script`' };
  if (/^\[.*\]$/.test(place.text.trim())) return { expected: 'a stanza: this looks like a unit of systemd' };
  const lower = word.toLowerCase().replace(/[:=].*/, '');
  const meant = FOREIGN[lower] ?? nearest(lower, Object.keys(CHOICES)) ?? null;
  return { expected: 'a stanza', meant };
}

/** Stanzas that name a kind of probe before its address. */
const PROBES: readonly string[] = ['ready', 'check'];

/** The kind of probe that a word is the address of; null: it is none. */
function probeKind(word: string): string | null {
  if (/^(\S+:)?\d{1,5}$/.test(word)) return 'tcp';
  if (/^https?:\/\//.test(word)) return 'http';
  return word.startsWith('/') ? 'unix' : null;
}

/** An address of `http`, probably without its scheme. */
function ofNoUrl({ stanza, word }: ErrorContext): Partial<Advice> {
  const hasScheme = /^[a-z]+:\/\//i.test(word);
  return { expected: form(stanza), meant: hasScheme || !/^[\w.[]/.test(word) ? null : `http://${word}` };
}

/** A word that a stanza or a value may not be. */
function ofUnknownWord({ word, stanza }: ErrorContext): Partial<Advice> {
  const choices = CHOICES[stanza] ?? [];
  const kind = PROBES.includes(stanza) ? probeKind(word) : null;
  if (kind !== null) return { expected: form(stanza), meant: `${stanza} ${kind} ${word}` };
  const [only, ...others] = choices;
  const meant = only !== undefined && others.length === 0 ? only : nearest(word.toLowerCase(), choices);
  return { expected: form(stanza), meant };
}
