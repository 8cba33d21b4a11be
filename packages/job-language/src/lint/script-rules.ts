/** Rules about script blocks, which /bin/sh runs with -e. */
import type { Finding, Rule } from './rule.ts';
import { type ShellCommand, type ShellWord, shellCommands } from './shell.ts';
import type { ParsedFile } from './statements.ts';

export const SCRIPT_RULES: readonly Rule[] = [
  { name: 'carriage-return', check: carriageReturns },
  { name: 'bashism', check: each(bashisms) },
  { name: 'last-command', check: each(lastCommand) },
  { name: 'sourced-file', check: each(sourcedFiles) },
];

function each(rule: (commands: readonly ShellCommand[]) => Iterable<Finding>): Rule['check'] {
  return function* check(file) {
    for (const { start, end } of blocks(file)) yield* rule(shellCommands(file.text.slice(start, end), start));
  };
}

function* blocks({ statements }: ParsedFile): Iterable<{ start: number; end: number }> {
  for (const { args } of statements) for (const { kind, span } of args) if (kind === 'block') yield span;
}

function* carriageReturns(file: ParsedFile): Iterable<Finding> {
  for (const { start, end } of blocks(file)) {
    const at = file.text.slice(start, end).indexOf('\r\n') + start;
    if (at >= start) {
      yield {
        at: { start: at, end: at },
        text: 'the lines of the script end in CR LF: the shell takes the CR as part of a word',
      };
    }
  }
}

/** Words that a command may begin with and that /bin/sh need not know, with what it does know. */
const OF_BASH: Readonly<Record<string, string>> = {
  source: '`. FILE`',
  '[[': '`[ … ]`, or `case`',
  function: '`NAME() { … }`',
  declare: 'a plain assignment',
  typeset: 'a plain assignment',
  shopt: '`exec bash FILE` where the script needs it',
  pushd: '`cd`, in ( … )',
};
/** Words behind which a command begins. */
const BEFORE_COMMAND: readonly string[] = ['if', 'elif', 'then', 'else', 'while', 'until', 'do', '!', '{'];

/** The words of a command from its name on. */
function named({ words }: ShellCommand): readonly ShellWord[] {
  const first = words.findIndex(({ text }) => !BEFORE_COMMAND.includes(text));
  return first < 0 ? [] : words.slice(first);
}

function* bashisms(commands: readonly ShellCommand[]): Iterable<Finding> {
  for (const command of commands) {
    const words = named(command);
    const [first] = words;
    if (!first) continue;
    const instead = Object.hasOwn(OF_BASH, first.text) ? OF_BASH[first.text] : undefined;
    if (instead !== undefined)
      yield { at: first.span, text: `only bash has \`${first.text}\`, and scripts run with /bin/sh: use ${instead}` };
    const equals = first.text === '[' ? words.find(({ text }) => text === '==') : undefined;
    if (equals) yield { at: equals.span, text: 'only bash has `==`, and scripts run with /bin/sh: use `=`' };
    if (command.after === '&>') {
      yield {
        at: command.end,
        text: 'only bash has `&>`: /bin/sh puts the command in the background; write `> FILE 2>&1`',
      };
    }
  }
}

const CLOSERS: readonly string[] = ['fi', 'done', 'esac', '}'];

/** `[ … ] && …` at the end: where the test is false, that is the status of the script. */
function* lastCommand(commands: readonly ShellCommand[]): Iterable<Finding> {
  const open = commands.filter(({ words }) => !(words.length === 1 && CLOSERS.includes(words[0]?.text ?? '')));
  const last = open.at(-1);
  const test = open.at(-2);
  const [word] = test ? named(test) : [];
  if (
    !last ||
    !test ||
    last.before !== '&&' ||
    test.after !== '&&' ||
    !word ||
    !['[', 'test', '[['].includes(word.text)
  )
    return;
  // Only a list of two: `… || true` behind it, or `!` before it, is thought of.
  if (
    test.words[0]?.text === '!' ||
    ['&&', '||', '|'].includes(test.before) ||
    /^(?:if|elif|while|until)$/.test(test.words[0]?.text ?? '')
  )
    return;
  yield {
    at: word.span,
    text: 'the script ends with this test: where it is false, the script has failed; write `if … then … fi`, or `|| true` behind it',
  };
}

/** Files that shells of people read, and that return non-zero in good health. */
const UNRELIABLE = /(?:^|\/)(?:nvm|rvm|rbenv|\.?profile|\.?bashrc|\.?bash_profile)(?:\.sh)?["']?$|\/scripts\/rvm["']?$/;

function* sourcedFiles(commands: readonly ShellCommand[]): Iterable<Finding> {
  for (const command of commands) {
    const [verb, file] = command.words;
    if (!verb || !file || (verb.text !== '.' && verb.text !== 'source') || command.after === '||') continue;
    if (!UNRELIABLE.test(file.text)) continue;
    yield {
      at: file.span,
      text: 'scripts run with `sh -e`: if a command in this file fails, or its last one returns non-zero, the script ends here; add `|| true`',
    };
  }
}
