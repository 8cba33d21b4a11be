/** Words, commands and scripts as a job file takes them (reference: job files §2). */

/** A word that needs no quotes. */
const PLAIN_WORD = /^[^\s"'()#\\\0]+$/;
/** A word that the shell takes as it stands. */
const PLAIN_FOR_SHELL = /^[\w@%+=:,./-]+$/;
/** Operators of the shell that make more than one simple command of a line. */
const OPERATORS = /[;&|`()\n]|\$\(/;
/** Characters that the job file reads otherwise than the shell. */
const OTHERWISE = /[#\\]/;
/** After such a command the shell executes another one, whatever the first one ends with. */
const SEQUENCE = /[;\n]/;
const ASSIGNMENTS = /^(?:[A-Za-z_]\w*=\S*\s+)+/;
/** The first word of a compound command, or of one that the shell executes itself. */
/** A blank, a quotation, an escaped character, or text without any of these. */
const LINE_PART = /\s+|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]|[^\s'"\\]+|['"\\]/g;
const SHELL_WORD =
  /^(?:if|for|while|until|case|cd|exit|export|set|unset|ulimit|umask|trap|eval|exec|source|test|\.|:|\[|!|\{)(?:\s|$)/;
const END_OF_SCRIPT = /^([ \t]*)end[ \t]+script(?=[ \t]*(?:#.*)?$)/gm;

/** `text` as one word of a stanza; null where no word can say it: it has a line end or is empty. */
export function quotedWord(text: string): string | null {
  if (PLAIN_WORD.test(text)) return text;
  if (text === '' || /[\n\0]/.test(text)) return null;
  const escaped = text.replaceAll('\\', '\\\\');
  if (!escaped.includes('"')) return `"${escaped}"`;
  return escaped
    .split(/("+)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('"') ? `'${part}'` : `"${part}"`))
    .join('');
}

/** `text` as one word for the shell. */
export function shellWord(text: string): string {
  if (text.includes("'") && !/["$`\\!]/.test(text)) return `"${text}"`;
  return PLAIN_FOR_SHELL.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** How a command becomes a stanza. */
export interface CommandOptions {
  /** The hook that runs it, such as `pre-start`; absent: the main process. */
  readonly hook?: string;
  /** Variables of this command alone. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The stanza that runs a command line of the shell. */
export function commandStanza(command: string, { hook, env = {} }: CommandOptions = {}): string {
  const text = command.trim();
  const variables = Object.entries(env).map(([name, value]) => `${name}=${shellWord(value)}`);
  if (OPERATORS.test(text) || SHELL_WORD.test(text)) {
    // Init's shell ends with the first command that fails, that of other supervisors does not.
    const settings = [...(SEQUENCE.test(text) ? ['set +e'] : []), ...variables.map((variable) => `export ${variable}`)];
    return scriptStanza([...settings, text].join('\n'), hook);
  }
  const isAssigning = variables.length > 0 || ASSIGNMENTS.test(text);
  const simple = isAssigning ? ['env', ...variables, text].join(' ') : text;
  if (OTHERWISE.test(text) || simple.includes('\n') || !hasClosedQuotes(text))
    return scriptStanza(`exec ${simple}`, hook);
  return `${before(hook)}exec ${simple}`;
}

/** The stanza that executes a program with exactly these arguments. */
export function argumentsStanza(words: readonly string[], { hook, env = {} }: CommandOptions = {}): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const line = shellLine(variables.length > 0 ? ['env', ...variables, ...words] : words);
  return isOneLine(line) ? `${before(hook)}exec ${line}` : scriptStanza(`exec ${line}`, hook);
}

/** Those variables that no stanza `env` can say. */
export function withLineEnds(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value.includes('\n')));
}

/** The words as a command line of the shell. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** Whether `exec` takes a command line of `shellLine` as the shell reads it. */
export function isOneLine(line: string): boolean {
  return !/[\\\n]/.test(line);
}

/** The words of a command line without a shell: quotes are removed, nothing is expanded. Null where a quote is not closed. */
export function wordsOf(line: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (const [part] of line.matchAll(LINE_PART)) {
    if (/^\s/.test(part)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (part === '"' || part === "'" || part === '\\') return null;
    else word = (word ?? '') + withoutQuotes(part);
  }
  return word === null ? words : [...words, word];
}

function withoutQuotes(part: string): string {
  if (part.startsWith("'")) return part.slice(1, -1);
  if (part.startsWith('"')) return part.slice(1, -1).replace(/\\([\\"$`])/g, '$1');
  return part.replace(/\\([\s\S])/g, '$1');
}

/** A script block with this text. */
export function scriptStanza(text: string, hook?: string): string {
  // Such a line ends the block; the shell takes it with a quoted word, too.
  const safe = text.replace(END_OF_SCRIPT, "$1'end' script");
  // Blank lines are indented as well: init removes white space that all lines begin with.
  const lines = safe.replace(/\n$/, '').split('\n');
  return [`${before(hook)}script`, ...lines.map((line) => `  ${line}`), 'end script'].join('\n');
}

const before = (hook: string | undefined): string => (hook === undefined ? '' : `${hook} `);

/** Quotes as the job file pairs them: where the shell would pair them otherwise, a script is safe. */
function hasClosedQuotes(text: string): boolean {
  let open = '';
  for (const char of text) {
    if (open === '' && (char === '"' || char === "'")) open = char;
    else if (char === open) open = '';
  }
  return open === '';
}
