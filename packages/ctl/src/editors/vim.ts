/** The vim syntax of job files: the text in `editors/vim/syntax`, with the tables of the language filled in. The build runs this. */
import { VERSION } from '@upstart/common';
// Not the package's front: the parser is not needed.
import { CHOICES } from '../../../job-language/src/forms.ts';
import { KNOWN_EVENTS } from '../../../job-language/src/known-events.ts';

/** Where a word ends. */
const END = '\\ze\\%(\\s\\|$\\)';
/** The continuation of a stanza behind words that are not its last ones. */
const NEXT: Readonly<Record<string, string>> = { on: 'upstartCondition', exec: 'upstartCommand' };

export function vimSyntax(text: string): string {
  const tables: Readonly<Record<string, string>> = {
    VERSION,
    STANZAS: Object.entries(CHOICES).flatMap(stanza).join('\n'),
    EVENTS: oneOf(KNOWN_EVENTS),
  };
  return text.replaceAll(/@([A-Z]+)@/g, (mark, name: string) => tables[name] ?? mark);
}

function stanza([name, words]: [string, readonly string[]]): string[] {
  const group = `upstartAfter_${name.replaceAll('-', '_')}`;
  const next = words.length > 0 ? group : NEXT[name];
  return [
    match('upstartStanza', `\\%(^\\s*\\)\\@<=${name}`, next, ''),
    ...words.map((word) => match(group, word, NEXT[word], 'contained ')),
    ...(words.length > 0 ? [`highlight default link ${group} upstartWord`] : []),
  ];
}

function match(group: string, pattern: string, next: string | undefined, contained: string): string {
  return `syntax match ${group} ${contained}"${pattern}${END}"${next === undefined ? '' : ` nextgroup=${next} skipwhite`}`;
}

const oneOf = (words: readonly string[]): string => words.map((word) => word.replaceAll('/', '\\/')).join('\\|');
