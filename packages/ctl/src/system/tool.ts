/**
 * The common part of telinit, runlevel and shutdown: each is a table of options and a function, and answers mistakes the
 * way initctl does (reference: control §2.1, system §4).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isatty } from 'node:tty';
import {
  COMMON_OPTIONS,
  endReadably,
  type OptionSpec,
  type Options,
  optionLines,
  type ParsedWords,
  parseWords,
  screenWidth,
  standardStreams,
  UsageError,
  type WordKind,
  wrap,
} from '@upstart/common';
import { ConnectionError, connect, KeyedClient, type UpstartClient } from '@upstart/protocol';
import { prefixed } from '../printer.ts';
import { nameProcess } from '../process-name.ts';
import { versionText } from '../version.ts';

export interface Tool {
  readonly name: string;
  /** The part of the usage line behind the options. */
  readonly usage: string;
  /** The kind of its first argument, for completion. */
  readonly wordKind: WordKind;
  readonly synopsis: string;
  readonly options: readonly OptionSpec[];
  readonly help: string;
  /** A hint for people below a mistake in the command line: the probable meaning. */
  readonly mistaken?: string;
  /** Returns the exit status. A `UsageError` is answered with a pointer to the help, any other error with its text. */
  run(call: ToolCall): Promise<number> | number;
}

export interface ToolCall {
  readonly args: readonly string[];
  readonly options: Options;
  readonly given: ParsedWords['given'];
  /** Names the tool, for messages. */
  readonly program: string;
  out(text: string): void;
  err(text: string): void;
}

/** Runs `tool` as this process, and sets its exit status. */
export async function runTool(tool: Tool, argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  endReadably(`${tool.name} ends by an error`);
  process.exitCode = await callTool(tool, argv, { ...standardStreams, hinting: isatty(STDERR) });
}

const STDERR = 2;

/** `hinting`: people read the errors. */
type Output = { out(text: string): void; err(text: string): void; hinting?: boolean };

export async function callTool(tool: Tool, argv: readonly string[], output: Output): Promise<number> {
  const { name } = tool;
  const specs = [...tool.options, ...COMMON_OPTIONS];
  try {
    const parsed = parseWords(argv, specs);
    if (parsed.asked === 'version') output.out(versionText(name));
    if (parsed.asked === 'help') output.out(helpText(tool, specs));
    if (parsed.asked !== null) return 0;
    const quiet = parsed.options.quiet === true;
    const out = (text: string): void => {
      if (!quiet) output.out(text);
    };
    return await tool.run({
      args: parsed.words,
      options: parsed.options,
      given: parsed.given,
      program: name,
      out,
      err: output.err,
    });
  } catch (error) {
    output.err(`${prefixed(name, (error as Error).message)}\n`);
    if (error instanceof UsageError) {
      output.err(`Try \`${name} --help' for more information.\n`);
      if (tool.mistaken !== undefined && output.hinting) output.err(`${tool.mistaken}\n`);
    }
    return 1;
  }
}

function helpText(tool: Tool, specs: readonly OptionSpec[]): string {
  const width = screenWidth(process.env, process.stdout.columns ?? 0);
  const usage = [`Usage: ${tool.name} [OPTION]...`, tool.usage].filter((part) => part !== '').join(' ');
  const lines = [usage, tool.synopsis, '', 'Options:', ...optionLines(specs, width), ''];
  return `${[...lines, ...wrap(tool.help, width - 1, 0)].join('\n')}\n`;
}

/** Throws when this is not root. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new Error('Need to be root');
}

/** Milliseconds between two attempts to connect to an init whose daemon is being restarted, and until it is given up. */
const POLL_MS = 100;
const PATIENCE_MS = 30_000;

/**
 * A client of the system's init, whatever session this process belongs to. A socket without anybody behind it is that of a daemon
 * which is followed by another one in a moment: scripts that end all processes do that, and ask for a runlevel right after.
 */
export async function connectSystem(program: string): Promise<UpstartClient> {
  nameProcess(program);
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return new KeyedClient(await connect({ scope: 'system', client: program }), randomUUID());
    } catch (error) {
      const restarts = error instanceof ConnectionError && error.code === 'ECONNREFUSED';
      if (!restarts || performance.now() > deadlineMs) throw error;
      await pause(POLL_MS);
    }
  }
}
