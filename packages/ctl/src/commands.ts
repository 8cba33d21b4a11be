/**
 * initctl: one program under many names, running where its context says: in the daemon for clients of the launcher, or in
 * a process of its own (reference: control §2, §3). It uses nothing of the process around it.
 */

import { nearest, type Options, parseWords, screenWidth, UsageError, versionText } from '@upstart/common';
import { ConnectionError, isSession, RUN_LOCALLY, type Scope, type UpstartClient } from '@upstart/protocol';
import type { Command, Invocation } from './command.ts';
import { restart, start, stop } from './commands/change-job.ts';
import { checkConfig } from './commands/check-config.ts';
import * as daemon from './commands/daemon.ts';
import { emit } from './commands/emit.ts';
import { getEnv, listEnv, resetEnv, setEnv, unsetEnv } from './commands/environment.ts';
import { explain } from './commands/explain.ts';
import { list } from './commands/list.ts';
import { listSessions } from './commands/list-sessions.ts';
import { log } from './commands/log.ts';
import { reload } from './commands/reload.ts';
import { showConfig } from './commands/show-config.ts';
import { status } from './commands/status.ts';
import { usage } from './commands/usage.ts';
import { watch } from './commands/watch.ts';
import type { BusName, CommandContext } from './context.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { commandHelp, commandList, programHelp } from './help.ts';
import { Printer } from './printer.ts';

export type { CommandContext, Terminal } from './context.ts';

const help: Command = {
  name: 'help',
  group: 'Other',
  synopsis: 'display list of commands',
  usage: '',
  wordKind: 'command',
  options: [{ long: 'all', description: 'also list the commands that are new in this version', shown: 'further' }],
  help: 'Outputs the commands by what they are about.',
  most: 1,
  async run({ args: [name = ''], context, options, print }) {
    const width = screenWidth(context.env, context.terminal.columns);
    const asked = print.forPeople ? BY_NAME.get(name) : undefined;
    const all = options.all === true || print.forPeople;
    // Regardless of --quiet: help was asked for.
    if (asked) context.out(commandHelp(asked, `${print.program} ${name}`, width));
    else context.out(commandList(COMMANDS, print.program, width, all));
    return 0;
  },
};

/** Every command, in the order of `initctl help`. */
export const COMMANDS: readonly Command[] = [
  start,
  stop,
  restart,
  reload,
  status,
  list,
  emit,
  getEnv,
  listEnv,
  resetEnv,
  setEnv,
  unsetEnv,
  daemon.reloadConfiguration,
  daemon.version,
  daemon.logPriority,
  showConfig,
  checkConfig,
  usage,
  daemon.notifyCGroupManagerAddress,
  daemon.notifyDBusAddress,
  daemon.notifyDiskWriteable,
  listSessions,
  help,
  explain,
  watch,
  log,
];

const BY_NAME: ReadonlyMap<string, Command> = new Map(COMMANDS.map((command) => [command.name, command]));
/** Names of links that are not the names of commands. */
export const LINKS: ReadonlyMap<string, Command> = new Map([['upstart-monitor', watch]]);
/** The tool for people, which has commands and an option parser of its own. */
const FRONT_DOOR = 'upstart';
/** The one name that `--dest` may give: every init daemon is known by it. */
const WELL_KNOWN_NAME = 'com.ubuntu.Upstart';

/**
 * Runs the command line `argv`, whose first element is the name the program was called by, and returns the exit
 * status: 0, or 1 after any failure, which has been reported. In a daemon it may be `RUN_LOCALLY`. Never rejects.
 */
export async function runCommand(argv: readonly string[], world: CommandContext): Promise<number> {
  const context = insideJob(world) ? { ...world, terminal: { ...world.terminal, out: false, err: false } } : world;
  const program = programName(argv[0] ?? '');
  const print = new Printer(program, context);
  if (program === FRONT_DOOR) {
    // yargs is a large module: the first command of `upstart` loads it.
    const { runFrontDoor } = await import('./upstart/front-door.ts');
    return runFrontDoor(argv.slice(1), context);
  }
  try {
    return await dispatch(program, argv.slice(1), context, print);
  } catch (error) {
    if (error instanceof UsageError) print.usageError(error.message);
    else print.failure(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** A job's output is a terminal, too, but ends up in a log. */
function insideJob({ env }: CommandContext): boolean {
  return (env.UPSTART_JOB ?? '') !== '';
}

/** The last part of the path, without the `-` that marks login shells. */
function programName(path: string): string {
  return (path.split('/').at(-1) ?? '').replace(/^-/, '') || 'initctl';
}

async function dispatch(
  program: string,
  words: readonly string[],
  context: CommandContext,
  print: Printer,
): Promise<number> {
  const linked = BY_NAME.get(program) ?? LINKS.get(program);
  if (linked !== undefined) return runOne(linked, program, words, {}, context, print);

  const { options, words: rest, asked } = parseWords(words, GLOBAL_OPTIONS, { untilWord: true });
  if (asked === 'version') context.out(versionText(program));
  if (asked === 'help') context.out(programHelp(program, screenWidth(context.env, context.terminal.columns)));
  if (asked !== null) return 0;
  const [name, ...args] = rest;
  if (name === undefined) throw new UsageError('missing command');
  const command = BY_NAME.get(name);
  if (command === undefined) throw unknownCommand(name, print);
  return runOne(command, `${program} ${name}`, args, options, context, print);
}

function unknownCommand(name: string, print: Printer): UsageError {
  const meant = nearest(name, BY_NAME.keys());
  if (meant !== null) print.hint(`Did you mean ${meant}?`);
  return new UsageError(`invalid command: ${name}`);
}

async function runOne(
  command: Command,
  usageName: string,
  words: readonly string[],
  globals: Options,
  context: CommandContext,
  print: Printer,
): Promise<number> {
  const parsed = parseWords(words, [...command.options, ...GLOBAL_OPTIONS], { before: globals });
  if (parsed.asked === 'version') context.out(versionText(print.program));
  if (parsed.asked === 'help') {
    context.out(commandHelp(command, usageName, screenWidth(context.env, context.terminal.columns)));
  }
  if (parsed.asked !== null) return 0;
  const { options } = parsed;
  print.heed(options);
  refuseMore(command, parsed.words, print);
  const scope = scopeOf(options);
  const bus = busOf(command, options, context);
  if (!context.local && (command.local || scope !== 'default' || bus !== null)) return RUN_LOCALLY;
  let client: Promise<UpstartClient> | null = null;
  const invocation: Invocation = {
    args: parsed.words,
    options,
    context,
    print,
    session: isSession(scope, context.env),
    connect: () => {
      client ??= (bus && connectByBus(bus, options, context, print)) ?? connectTo(scope, options, context);
      return client;
    },
  };
  try {
    return await command.run(invocation);
  } finally {
    await (client as Promise<UpstartClient> | null)?.then((connected) => connected.close()).catch(() => {});
  }
}

/** Arguments that would be ignored are refused: by commands that scripts do not know, and by the others where people read it. */
function refuseMore({ group, most }: Command, words: readonly string[], print: Printer): void {
  if (most === undefined || words.length <= most || (group !== 'Further' && !print.hinting)) return;
  throw new UsageError(`unexpected argument: ${words[most]}`);
}

function scopeOf(options: Options): Scope {
  if (options.system === true) return 'system';
  return options.user === true || options.session === true ? 'user' : 'default';
}

/** The bus that the command goes over; null: it uses the daemon's own socket (reference: control §1). */
function busOf({ group }: Command, options: Options, context: CommandContext): BusName | null {
  // D-Bus knows neither the new commands nor the details of `--json`.
  if (group === 'Further' || options.json === true) return null;
  if (options.system === true) return 'system';
  if (options.session === true) return 'session';
  const { env, isStranger } = context;
  const isNative = !isStranger || options.user === true || env.UPSTART_SYSTEM_SOCKET_DIR || isSession('default', env);
  return isNative ? null : 'system';
}

/** undefined: this caller has no buses. */
function connectByBus(
  bus: BusName,
  { dest = WELL_KNOWN_NAME }: Options,
  context: CommandContext,
  print: Printer,
): Promise<UpstartClient> | undefined {
  return context.connectByBus?.(bus, String(dest)).catch((error: unknown) => {
    if (context.isStranger) print.hint('upstart ps, status and explain need no D-Bus');
    throw error;
  });
}

async function connectTo(scope: Scope, options: Options, context: CommandContext): Promise<UpstartClient> {
  const { dest } = options;
  const onBus = options.system === true || options.session === true;
  if (dest !== undefined && !onBus && !isSession(scope, context.env)) {
    throw new UsageError('--dest given without --system');
  }
  if (onBus && dest !== undefined && dest !== WELL_KNOWN_NAME) {
    throw new ConnectionError(`Unable to connect to Upstart: There is no ${dest}`);
  }
  return context.connect(scope);
}
