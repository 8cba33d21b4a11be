/**
 * What the shells complete, from the tables of commands and options of all programs: rows, each for a program, or for a
 * command of one. Everything new in those tables is completed.
 */
import { COMMON_OPTIONS, type WordKind } from '@upstart/common';
import { SOURCE_NAMES } from '@upstart/job-language';
import { PROGRAMS as BRIDGES } from '../../../bridge/src/programs.ts';
import { ROWS as INIT_OPTIONS } from '../../../daemon/src/options/rows.ts';
import { OPTIONS as CHECK_OPTIONS } from '../../../daemon/src/tools/check-options.ts';
import type { Command } from '../command.ts';
import { COMMANDS, LINKS } from '../commands.ts';
import { GLOBAL_OPTIONS } from '../global-options.ts';
import { type DescribedOption, fromParseArgs, fromSpecs, fromYargs, TOOLS } from '../option-tables.ts';
import type { FrontCommand, OptionTable } from '../upstart/command.ts';
import { COMMANDS as FRONT_COMMANDS } from '../upstart/commands/all.ts';
import { GLOBAL as FRONT_GLOBAL } from '../upstart/global-options.ts';

export interface Row {
  readonly program: string;
  /** null: the program itself. */
  readonly command: string | null;
  readonly description: string;
  readonly options: readonly DescribedOption[];
  readonly words: WordKind;
  /** What the first argument is instead; null: it is like the others. */
  readonly first: readonly string[] | null;
  /** The kinds of arguments behind some of these first ones, where they are others. */
  readonly behind: Readonly<Record<string, WordKind>>;
  /** Whether all arguments are of that kind, rather than the first one. */
  readonly repeats: boolean;
}

const HELP: OptionTable = {
  help: { type: 'boolean', alias: 'h', describe: 'show the help' },
  version: { type: 'boolean', describe: 'show the version' },
};

/** The rows of the programs with these names, in that order; those that complete nothing have none. */
export function rowsOf(programs: readonly string[]): Row[] {
  return programs.flatMap((program) => ALL.filter((row) => row.program === program));
}

const ALL: readonly Row[] = [
  program('upstart', {
    options: fromYargs({ ...FRONT_GLOBAL, ...HELP }),
    words: FRONT_COMMANDS.map(({ name }) => name),
  }),
  ...FRONT_COMMANDS.map(frontRow),
  program('initctl', { options: fromSpecs(GLOBAL_OPTIONS), words: 'command' }),
  ...COMMANDS.map((command) => commandRow(command, 'initctl', command.name)),
  ...COMMANDS.map((command) => commandRow(command, command.name, null)),
  ...[...LINKS].map(([name, command]) => commandRow(command, name, null)),
  program('init', { options: fromSpecs(INIT_OPTIONS), words: 'none' }),
  program('init-checkconf', { options: fromParseArgs(CHECK_OPTIONS), words: 'file', repeats: true }),
  ...TOOLS.map(({ name, options, wordKind }) =>
    program(name, { options: fromSpecs([...options, ...COMMON_OPTIONS]), words: wordKind }),
  ),
  ...BRIDGES.map(({ name, options, sources }) =>
    program(name, {
      options: fromSpecs([...options, ...COMMON_OPTIONS]),
      words: sources === null ? [...SOURCE_NAMES] : 'none',
      repeats: sources === null,
    }),
  ),
];

function program(name: string, row: Pick<Row, 'options' | 'words'> & { repeats?: boolean }): Row {
  return { program: name, command: null, description: '', repeats: false, first: null, behind: {}, ...row };
}

function commandRow({ options, wordKind, synopsis }: Command, name: string, command: string | null): Row {
  return {
    ...{ program: name, command, description: synopsis, words: wordKind, repeats: false, first: null, behind: {} },
    options: fromSpecs([...options, ...GLOBAL_OPTIONS]),
  };
}

function frontRow({ name, options, summary, words, wordKind, firstWords, wordKindsBehind }: FrontCommand): Row {
  return {
    ...{ program: 'upstart', command: name, words: wordKind, repeats: words.includes('..') },
    ...{ first: firstWords ?? null, behind: wordKindsBehind ?? {} },
    description: summary,
    options: fromYargs({ ...options, ...FRONT_GLOBAL, ...HELP }),
  };
}
