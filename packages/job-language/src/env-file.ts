/**
 * The files of `env-file`: `KEY=VALUE` lines as other programs that read dotenv files take them. Nothing is expanded in values, unless the
 * reader asks for it.
 *
 *     # a comment
 *     export NAME=plain text   # the word `export` makes no difference
 *     QUOTED="with \"escapes\" and
 *     several lines"
 *     LITERAL='nothing is special in here'
 */

/** The errors of a line or a file, by words short enough to be reported with the failure of a process. */
export const ENV_FILE_FAULTS = {
  assignment: 'expected KEY=VALUE',
  name: 'illegal name of a variable, expected letters, digits and underscores',
  quote: 'unterminated quoted string',
  behind: 'unexpected text behind the closing quote',
  nul: 'illegal NUL character',
  large: 'the file is too large',
  kind: 'this is no regular file',
  path: 'a variable of the path has no value',
  late: 'reading it has timed out',
  reader: 'there is no /bin/sh or cat to read it with',
} as const;
export type EnvFileFault = keyof typeof ENV_FILE_FAULTS;

/** A line that cannot be understood; `line` counts from 1. */
export class EnvFileError extends Error {
  override name = 'EnvFileError';
  readonly line: number;
  readonly fault: EnvFileFault;
  constructor(line: number, fault: EnvFileFault) {
    super(`line ${line}: ${ENV_FILE_FAULTS[fault]}`);
    this.line = line;
    this.fault = fault;
  }
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A word in front of the name that makes no difference. */
const EXPORT = /^export[ \t]+/;
/** The begin of a comment behind a value. */
const COMMENT = /(?:^|[ \t])#/;
/** A quoted value, which continues over line ends. */
const QUOTED: Readonly<Record<string, RegExp>> = {
  '"': /"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y,
  "'": /'([^']*)'/y,
};
const BEHIND = /^[ \t\r]*(#|$)/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** A `$` that stands for itself, an escape, or a variable, perhaps with `:-`, `-`, `:+` or `+` and a word. */
const REFERENCE = /\\([\s\S])|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+])([^{}]*))?\})/g;

/** The value of a variable from outside of the file; undefined: it has none. */
export type Lookup = (name: string) => string | undefined;

/**
 * The variables as `KEY=VALUE`, in the order of the text; of a name that stands twice, both. With `lookup`, variables are expanded outside
 * of single quotes: `${NAME}` without a value is nothing, `$NAME` stays as it is. Throws EnvFileError at the first fault.
 */
export function parseEnvFile(text: string, lookup?: Lookup): string[] {
  const variables: string[] = [];
  const known = new Map<string, string>();
  const expand = (value: string, isQuoted: boolean): string =>
    lookup ? expanded(value, isQuoted, (name) => lookup(name) ?? known.get(name)) : isQuoted ? unescaped(value) : value;
  const add = (name: string, value: string): void => {
    variables.push(`${name}=${value}`);
    known.set(name, value);
  };
  const nul = text.indexOf('\0');
  if (nul >= 0) throw new EnvFileError(linesIn(text.slice(0, nul)) + 1, 'nul');
  for (let at = 0, number = 1; at < text.length; number++) {
    const end = lineEnd(text, at);
    const line = text.slice(at, end);
    const begins = at;
    at = end + 1;
    if (/^[ \t\r]*(#|$)/.test(line)) continue;
    const equals = line.indexOf('=');
    if (equals < 0) throw new EnvFileError(number, 'assignment');
    const name = stripped(stripped(line.slice(0, equals)).replace(EXPORT, ''));
    if (!NAME.test(name)) throw new EnvFileError(number, 'name');
    const written = stripped(line.slice(equals + 1));
    const quoted = QUOTED[written[0] ?? ''];
    if (!quoted) {
      const comment = written.search(COMMENT);
      add(name, expand(comment < 0 ? written : stripped(written.slice(0, comment)), false));
      continue;
    }
    quoted.lastIndex = text.indexOf(written[0] as string, begins + equals);
    const [whole, value] = quoted.exec(text) ?? [];
    if (whole === undefined || value === undefined) throw new EnvFileError(number, 'quote');
    number += linesIn(whole);
    // `exec` has put it behind the closing quote.
    const behind = quoted.lastIndex;
    at = lineEnd(text, behind);
    if (!BEHIND.test(text.slice(behind, at))) throw new EnvFileError(number, 'behind');
    at++;
    add(name, written[0] === '"' ? expand(value, true) : value);
  }
  return variables;
}

const BLANKS = ' \t\r';

/**
 * Without the blanks at both ends. Index by index: a regular expression that looks for the last blanks tries each one, and a long row
 * of them would hold init.
 */
function stripped(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && BLANKS.includes(text[from] as string)) from++;
  while (to > from && BLANKS.includes(text[to - 1] as string)) to--;
  return text.slice(from, to);
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}

/** Of a value without quotes only `\$` is an escape. */
function expanded(text: string, isQuoted: boolean, lookup: Lookup): string {
  return text.replace(REFERENCE, (whole, escaped?: string, bare?: string, braced = '', operator = '', word = '') => {
    if (escaped !== undefined) return isQuoted ? unescaped(whole) : escaped === '$' ? '$' : whole;
    if (bare !== undefined) return lookup(bare) ?? whole;
    const value = lookup(braced);
    const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
    if (operator.endsWith('+')) return isSet ? word : '';
    return isSet ? value : word;
  });
}

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, char: string) => ESCAPES[char] ?? char);
}
