/** Command lines of units as command lines of the shell, and as stanzas of jobs. */
import { scriptStanza, shellWord } from '../../job-file/words.ts';
import { SHELL_CHARACTERS, SHELL_WORDS } from '../export/commands.ts';
import { splitWords } from '../unit/words.ts';
import { expanded, type Piece, type SpecifierContext } from './specifiers.ts';

export interface ShellCommand {
  /** A line of the shell, or several. */
  readonly line: string;
  /** `-`: another exit status than 0 is no failure. */
  readonly mayFail: boolean;
  /** `+`, `!`: not as the user of the service. */
  readonly isPrivileged: boolean;
  /** Whether the text came from a shell as init calls it: it stands for itself. */
  readonly own: 'exec' | 'script' | null;
  /** What could not be kept, in words. */
  readonly losses: readonly string[];
  /** Whether it is a list of commands, which `exec` would cut off behind the first. */
  readonly isList?: boolean;
}

/** Reads one Exec*= value, which is several commands if `;` separates them. A string: why it cannot be read. */
export function shellCommands(value: string, context: SpecifierContext): ShellCommand[] | string {
  const commands: ShellCommand[] = [];
  for (const part of value.split(/\s;\s/)) {
    const command = shellCommand(part.trim(), context);
    if (typeof command === 'string') return command;
    commands.push(command);
  }
  return commands;
}

function shellCommand(value: string, context: SpecifierContext): ShellCommand | string {
  const [, prefixes = '', rest = ''] = /^([-@:+!|]*)([\s\S]*)$/.exec(value) ?? [];
  const losses: string[] = [];
  const words = splitWords(rest);
  if (words.length === 0) return 'there is no command';
  const flags = { mayFail: prefixes.includes('-'), isPrivileged: /[+!]/.test(prefixes) };
  if (prefixes.includes('@')) {
    const [name] = words.splice(1, 1);
    losses.push(`argv[0] is the path, not ${name}`);
  }
  const [path, ...args] = words as [string, ...string[]];
  const text = args[2] ?? '';
  if ([path, ...args.slice(0, 2)].join(' ') === SHELL_WORDS.join(' ') && args.length === 4 && args[3] === '/bin/sh') {
    const script = text.replaceAll('$$', '$').replaceAll('%%', '%');
    const isExec = script.startsWith('exec ') && !script.endsWith('\n');
    return { line: isExec ? script.slice('exec '.length) : script, ...flags, own: isExec ? 'exec' : 'script', losses };
  }
  const shell: string[] = [];
  for (const [at, word] of [path, ...args].entries()) {
    const pieces = expanded(word, context);
    if (typeof pieces === 'string') return `nothing stands for the specifier ${pieces}`;
    shell.push(shellText(pieces, at > 0 && !prefixes.includes(':')));
  }
  return { line: shell.join(' '), ...flags, own: null, losses };
}

/** One word for the shell. A word that is one variable is split at blanks, as systemd does. */
function shellText(pieces: readonly Piece[], hasVariables: boolean): string {
  const [piece, ...more] = pieces;
  if (piece === undefined) return "''";
  if (hasVariables && more.length === 0 && 'text' in piece && /^\$[A-Za-z_]\w*$/.test(piece.text)) return piece.text;
  return pieces
    .map((each) => {
      if ('expression' in each) return `"${each.expression}"`;
      if (!hasVariables) return shellWord(each.text.replaceAll('$$', '$'));
      return each.text
        .split(/(\$\$|\$\{[A-Za-z_]\w*\})/)
        .filter((part) => part !== '')
        .map((part) => (part === '$$' ? "'$'" : /^\$\{\w+\}$/.test(part) ? `"${part}"` : shellWord(part)))
        .join('');
    })
    .join('');
}

/** The stanza for these commands, one after the other; null: none can say it. `isMain`: the last one is the main process. */
export function stanzaOf(commands: readonly ShellCommand[], hook: string | undefined): string | null {
  const [first, ...more] = commands;
  if (first === undefined) return null;
  const prefix = hook === undefined ? '' : `${hook} `;
  if (more.length === 0 && (first.own === 'script' || first.isList)) return scriptStanza(first.line, hook);
  // The end of these hooks is ignored anyway.
  const mayFail = first.mayFail && hook !== 'post-start' && hook !== 'pre-stop';
  if (more.length === 0 && !mayFail) {
    if (first.own === 'exec' || isOneWordEach(first.line)) return `${prefix}exec ${first.line}`;
    return scriptStanza(`exec ${first.line}`, hook);
  }
  const lines = commands.map(({ line, own, mayFail }) => {
    const text = own === 'exec' ? `(exec ${line})` : own === 'script' ? `(\n${line.trimEnd()}\n)` : line;
    return mayFail ? `${text} || :` : text;
  });
  return scriptStanza(lines.join('\n'), hook);
}

/** Whether `exec` of a job file reads the line as the shell does: no line ends, no backslashes. */
function isOneWordEach(line: string): boolean {
  return !/[\\\n]/.test(line) || !SHELL_CHARACTERS.test(line);
}
