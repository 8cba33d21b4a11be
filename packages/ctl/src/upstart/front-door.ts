/** `upstart COMMAND`: the table of commands on yargs. It uses nothing of the process around it but the terminal's width. */

import { nearest, screenWidth, UsageError, VERSION } from '@upstart/common';
import { isSession, RUN_LOCALLY, type Scope, type UpstartClient } from '@upstart/protocol';
import yargs, { type Argv } from 'yargs';
import type { CommandContext } from '../context.ts';
import { Printer } from '../printer.ts';
import { EXIT, type FrontCommand } from './command.ts';
import { COMMANDS } from './commands/all.ts';
import { GLOBAL } from './global-options.ts';

const PROGRAM = 'upstart';
const STATUSES =
  'Exit status: 0 done, 1 failed, 2 wrong usage, 3 not running, 4 no such job; of several jobs the highest.';
const ABOUT_INIT =
  "With options only `upstart` is init itself: `upstart --user` runs a session's init, `init --help` lists its options.";

/** Our texts for messages of yargs. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^Not enough arguments following: (\S+).*/, 'missing argument: --$1'],
  [/^Arguments (\S+) and (\S+) are mutually exclusive.*/, 'give either --$1 or --$2, not both'],
];

/** The message of yargs for a required word that is not there. */
const TOO_FEW = /^Not enough non-option arguments: /;

/** Runs the command line (without the program's name) and resolves with the exit status; in a daemon perhaps with `RUN_LOCALLY`. Never rejects. */
export async function runFrontDoor(words: readonly string[], context: CommandContext): Promise<number> {
  const print = new Printer(PROGRAM, context);
  try {
    return await dispatch(words, context, print);
  } catch (error) {
    if (!(error instanceof UsageError)) {
      print.failure(error instanceof Error ? error.message : String(error));
      return EXIT.failed;
    }
    const [command] = words.filter((word) => isCommand(word));
    print.failure(error.message);
    context.err(`Try \`${[PROGRAM, command, '--help'].filter(Boolean).join(' ')}' for more information.\n`);
    return EXIT.usage;
  }
}

async function dispatch(given: readonly string[], context: CommandContext, print: Printer): Promise<number> {
  let run: (() => Promise<number>) | null = null;
  let text = '';
  const { words, rest } = cut(given);
  const width = screenWidth(context.env, context.terminal.columns);
  const parser = yargs()
    .scriptName(PROGRAM)
    .alias('help', 'h')
    .usage('Usage: $0 COMMAND [OPTION]... [JOB]...\n\nShows and changes what init runs.')
    .options(GLOBAL)
    .parserConfiguration({
      'camel-case-expansion': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .version(`${PROGRAM} (upstart ${VERSION})`)
    .epilogue(`${ABOUT_INIT}\n\n${STATUSES}`)
    .wrap(width)
    .exitProcess(false)
    .demandCommand(1, 'missing command')
    .strict()
    .fail((message, error) => {
      if (error instanceof UsageError) throw error;
      const text = message ?? error?.message ?? '';
      if (!named || !TOO_FEW.test(text)) throw new UsageError(withNearest(text, words));
      // An unknown option takes the next word for its value.
      const strange = unknownOption(words, named);
      throw new UsageError(strange ? withNearest(`Unknown argument: ${strange}`, words) : missing(named));
    });
  // Registering all commands with yargs takes longer than running one of them.
  const named = commandIn(words);
  for (const command of named ? [named] : COMMANDS) {
    parser.command({
      command: [command.name, command.words].filter((part) => part !== '').join(' '),
      describe: command.summary,
      builder: (own: Argv) =>
        own
          .usage(
            `Usage: ${[`$0 ${command.name}`, '[OPTION]...', command.words].filter((part) => part !== '').join(' ')}\n\n${command.summary}`,
          )
          .options(command.options)
          .example(command.examples.map(([line, does]) => [`$0 ${line}`, does] as [string, string]))
          .epilogue(STATUSES),
      handler: (options) => {
        run = () => runCommand(command, options, rest, context, print);
      },
    });
  }
  withoutHelpOfEach(parser);
  await parser.parseAsync(withoutEnd(words), {}, (_error: unknown, _argv: unknown, output: string) => {
    text = output;
  });
  if (text !== '') context.out(`${text}\n`);
  return run === null ? EXIT.done : (run as () => Promise<number>)();
}

/** yargs makes the text of the help behind each command that has run, in case it fails later. Here it would be shown nowhere. */
function withoutHelpOfEach(parser: Argv): void {
  (parser as unknown as YargsInternals).getInternalMethods().getUsageInstance().cacheHelpMessage = () => {};
}

interface YargsInternals {
  getInternalMethods(): { getUsageInstance(): { cacheHelpMessage: () => void } };
}

const commandIn = (words: readonly string[]): FrontCommand | undefined =>
  COMMANDS.find(({ name }) => name === words.find((word) => !word.startsWith('-')));

/** The words before `--`, and those after it, for a command that takes them. */
function cut(given: readonly string[]): { words: readonly string[]; rest: readonly string[] | null } {
  const end = given.indexOf('--');
  if (end < 0 || commandIn(given.slice(0, end))?.takesRest !== true) return { words: given, rest: null };
  return { words: given.slice(0, end), rest: given.slice(end + 1) };
}

/** `<JOB..>` of the command's words is missing: `missing job name`; `<ACTION>`: `missing action`. */
function missing({ words }: FrontCommand): string {
  const [, name = ''] = /<(\w+)/.exec(words) ?? [];
  return `missing ${name === 'JOB' ? 'job name' : name.toLowerCase()}`;
}

/** yargs passes no words after `--` to commands: drops the `--` where no word after it looks like an option. */
function withoutEnd(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  const isNeeded = words.slice(end + 1).some((word) => word.startsWith('-'));
  return words.filter((_, at) => at !== end || isNeeded);
}

async function runCommand(
  command: FrontCommand,
  given: Readonly<Record<string, unknown>>,
  rest: readonly string[] | null,
  context: CommandContext,
  print: Printer,
): Promise<number> {
  const words = positionals(command, given);
  const options = lastOfEach(given, command.options);
  const scope: Scope = options.system === true ? 'system' : options.user === true ? 'user' : 'default';
  if (!context.local && (scope !== 'default' || command.isLocal?.(options))) return RUN_LOCALLY;
  let client: Promise<UpstartClient> | null = null;
  const connect = (): Promise<UpstartClient> => {
    client ??= context.connect(scope);
    return client;
  };
  try {
    return await command.run({
      words,
      rest,
      options,
      context,
      print,
      scope,
      session: isSession(scope, context.env),
      connect,
    });
  } finally {
    await (client as Promise<UpstartClient> | null)?.then((connected) => connected.close()).catch(() => {});
  }
}

/** The arguments that yargs has stored under the names in `command.words`. */
function positionals({ words }: FrontCommand, options: Readonly<Record<string, unknown>>): string[] {
  return [...words.matchAll(/[<[]([^\].>]+)/g)].flatMap(([, name = '']) => {
    const value = options[name];
    return value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
  });
}

/** The last value of a repeated option wins, unless it is a list. */
function lastOfEach(
  given: Readonly<Record<string, unknown>>,
  options: FrontCommand['options'],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      Array.isArray(value) && options[name]?.array !== true ? value.at(-1) : value,
    ]),
  );
}

const isCommand = (word: string): boolean => COMMANDS.some(({ name }) => name === word);

/** The first option that the command does not have, without its dashes. */
function unknownOption(words: readonly string[], { options }: FrontCommand): string | undefined {
  const own = { ...GLOBAL, ...options };
  const names = [...Object.keys(own), 'help', 'version'];
  const letters = ['h', ...Object.values(options).map(({ alias }) => alias)];
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const given = words.slice(0, end).filter((word) => /^--?[^-]/.test(word));
  const strange = given.find((word) => {
    const [name = ''] = word.replace(/^-+/, '').split('=');
    return word.startsWith('--') ? !names.includes(name.replace(/^no-/, '')) : !letters.includes(name.slice(0, 1));
  });
  return strange?.replace(/^-+/, '').split('=')[0];
}

/** Yargs' message about unknown words, with the nearest known one. */
function withNearest(message: string, words: readonly string[]): string {
  const unknown = /^Unknown (?:argument|command)s?: ([^,]+)/.exec(message)?.[1];
  if (unknown === undefined) {
    const [form, text] = TEXTS.find(([form]) => form.test(message)) ?? [message, message];
    return message.replace(form, text);
  }
  const option = words.find((word) => word.startsWith('-') && word.replace(/^-+/, '').split('=')[0] === unknown);
  const command = COMMANDS.find(({ name }) => words.includes(name));
  if (option !== undefined) {
    const options = [...Object.keys({ ...GLOBAL, ...command?.options }), 'help', 'version'];
    return suggest(`unknown option: ${option}`, unknown, options, '--');
  }
  if (command !== undefined) return `unexpected word: ${unknown}`;
  return suggest(
    `unknown command: ${unknown}`,
    unknown,
    COMMANDS.map(({ name }) => name),
    '',
  );
}

function suggest(text: string, word: string, known: readonly string[], prefix: string): string {
  const meant = nearest(word, known);
  return meant === null ? text : `${text}; did you mean ${prefix}${meant}?`;
}
