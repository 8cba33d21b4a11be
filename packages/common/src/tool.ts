/**
 * A program that is a table of options and a function. It answers mistakes the way initctl does (reference: control §2.1, system §4).
 */
import { optionLines, screenWidth, wrap } from './help-layout.ts';
import { COMMON_OPTIONS, type OptionSpec, type Options, type ParsedWords, parseWords, UsageError } from './options.ts';
import { VERSION } from './version.ts';
import type { WordKind } from './word-kind.ts';

export interface Tool {
  readonly name: string;
  /** The part of the usage line behind the options. */
  readonly usage: string;
  /** The kind of its first argument, for completion. */
  readonly wordKind: WordKind;
  readonly synopsis: string;
  readonly options: readonly OptionSpec[];
  /** Text that has line ends is printed as it stands. */
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
  return `${[...lines, ...(tool.help.includes('\n') ? [tool.help] : wrap(tool.help, width - 1, 0))].join('\n')}\n`;
}

/** The text of `--version`. */
export function versionText(program: string): string {
  return [
    `${program} (upstart ${VERSION})`,
    'Copyright (c) The Upstart Contributors',
    '',
    'This is free software under the MIT licence: you may use, copy, change and pass it on.',
    'There is no warranty, to the extent permitted by law.',
    '',
  ].join('\n');
}

/** A text behind the program's name, with no blank between them if it starts with a place (`FILE:LINE: …`). */
export function prefixed(program: string, text: string): string {
  return `${program}${/[ :]/.exec(text)?.[0] === ':' ? ':' : ': '}${text}`;
}
