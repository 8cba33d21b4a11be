/** Rules about `exec` lines. */
import type { Token } from '../tokens.ts';
import type { Finding, LintWorld, Rule } from './rule.ts';
import { type ShellCommand, shellCommands } from './shell.ts';
import type { ParsedFile } from './statements.ts';

export const COMMAND_RULES: readonly Rule[] = [
  { name: 'exec-assignment', check: each(assignment) },
  { name: 'exec-list', check: each(list) },
  { name: 'exec-home', check: each(home) },
  { name: 'not-executable', check: each(notExecutable) },
  { name: 'expect', check: expectations },
];

interface Exec {
  readonly commands: readonly ShellCommand[];
  readonly file: ParsedFile;
  readonly world: LintWorld;
}

function each(rule: (exec: Exec) => Iterable<Finding>): Rule['check'] {
  return function* check(file, world) {
    for (const { name, args } of file.statements) {
      const [command] = args;
      if (command?.kind !== 'command' || !/(?:^| )exec$/.test(name)) continue;
      yield* rule({ commands: commandsOf(command, file), file, world });
    }
  };
}

function commandsOf({ span }: Token, { text }: ParsedFile): ShellCommand[] {
  return shellCommands(text.slice(span.start, span.end), span.start);
}

function* assignment({ commands }: Exec): Iterable<Finding> {
  const [word] = commands[0]?.words ?? [];
  if (!word || !/^[A-Za-z_]\w*=/.test(word.text)) return;
  const [name] = word.text.split('=');
  yield { at: word.span, text: `\`exec\` takes this for the program: set ${name} by \`env ${word.text}\`` };
}

function* list({ commands }: Exec): Iterable<Finding> {
  const [first, second] = commands;
  if (!first) return;
  const at = first.end;
  if (first.after === '&>') {
    yield { at, text: 'only bash has `&>`: /bin/sh puts the command in the background; write `> FILE 2>&1`' };
  } else if (first.after === '&') {
    yield { at, text: 'with `&` the shell ends at once, and init watches the shell: remove the `&`' };
  } else if (second && ['&&', '||', ';'].includes(first.after)) {
    yield {
      at,
      text: `\`exec\` runs the first command in place of the shell: what follows \`${first.after}\` never runs; use \`script\``,
    };
  }
}

function* home({ commands, file }: Exec): Iterable<Finding> {
  if (file.job.env.some((entry) => /^HOME(?:=|$)/.test(entry))) return;
  for (const { text, span } of commands.flatMap(({ words }) => words)) {
    if (/^~(?:\/|$)/.test(text)) yield { at: span, text: '~ is $HOME, which jobs of the system do not have' };
  }
}

function* notExecutable({ commands, file, world }: Exec): Iterable<Finding> {
  const [program] = commands[0]?.words ?? [];
  if (!program || file.job.chroot !== null || !/^\/[\w./+-]+$/.test(program.text)) return;
  if (world.isExecutable(program.text) === false) {
    yield { at: program.span, text: `${program.text} may not be executed` };
  }
}

/** Options by which programs say that they put themselves in the background, or that they do not. */
const BACKGROUND = /^--(?:daemon|daemonize|background|fork|detach)(?:=(?:yes|true|on|1))?$/;
const FOREGROUND = /^--(?:foreground|no-?daemon|no-?daemonize|no-?fork|no-?detach|no-?background|dont-?daemonize)$/;

function* expectations(file: ParsedFile): Iterable<Finding> {
  const main = file.statements.filter(({ name }) => name === 'exec').at(-1);
  const stated = file.statements.filter(({ name }) => name === 'expect').at(-1);
  const [command] = main?.args ?? [];
  if (file.job.processes.main?.kind !== 'exec' || !command) return;
  const { expect } = file.job;
  const words = commandsOf(command, file)[0]?.words ?? [];
  const program = words[0]?.text.slice(words[0].text.lastIndexOf('/') + 1);
  // Words behind `--` are for the program that is started.
  const end = words.findIndex(({ text }) => text === '--');
  for (const { text, span } of end < 0 ? words : words.slice(0, end)) {
    const detaches = program === 'start-stop-daemon' ? /^(?:--background|-\w*b\w*)$/.test(text) : BACKGROUND.test(text);
    if (detaches && expect === 'none') {
      yield {
        at: span,
        text: `with ${text} the program goes to the background: remove it, or say \`expect fork\` or \`expect daemon\``,
      };
    } else if (FOREGROUND.test(text) && (expect === 'fork' || expect === 'daemon')) {
      yield {
        at: stated?.at ?? span,
        text: `\`expect ${expect}\` waits for forks, which ${text} prevents: remove \`expect\``,
      };
    }
  }
}
