/** The parts of manual pages that are made from the tables of commands and options, by the marks that stand for them. */
import { COMMON_OPTIONS, type OptionSpec } from '@upstart/common';
import { ROWS as INIT_OPTIONS } from '../../../daemon/src/options/rows.ts';
import { OPTIONS as CHECK_OPTIONS, type CheckOption } from '../../../daemon/src/tools/check-options.ts';
import type { Command } from '../command.ts';
import { watch } from '../commands/watch.ts';
import { COMMANDS } from '../commands.ts';
import { DOT_OPTIONS } from '../dot-options.ts';
import { GLOBAL_OPTIONS } from '../global-options.ts';
import { rebootTool } from '../system/reboot-tool.ts';
import { runlevel } from '../system/runlevel-tool.ts';
import { shutdown } from '../system/shutdown-tool.ts';
import { telinit } from '../system/telinit-tool.ts';
import { upstartRc } from '../system/upstart-rc-tool.ts';
import type { FrontCommand, OptionTable } from '../upstart/command.ts';
import { COMMANDS as FRONT_COMMANDS } from '../upstart/commands/all.ts';
import { GLOBAL as FRONT_GLOBAL } from '../upstart/global-options.ts';
import { argument, type ManualOption, optionItems, optionList, paragraphs, plain } from './mdoc.ts';

const TOOLS = [telinit, runlevel, shutdown, upstartRc, rebootTool('reboot')];

/** Lines of mdoc by their marks. */
export const TABLES: Readonly<Record<string, readonly string[]>> = {
  'options init': optionItems(fromSpecs(INIT_OPTIONS)),
  'options initctl': optionItems(fromSpecs(GLOBAL_OPTIONS)),
  'options watch': optionItems(fromSpecs([...watch.options, ...GLOBAL_OPTIONS])),
  'options upstart': optionItems(fromYargs(FRONT_GLOBAL)),
  'options initctl2dot': optionItems(fromYargs(DOT_OPTIONS)),
  'options init-checkconf': optionItems(
    Object.entries<CheckOption>(CHECK_OPTIONS).map(([name, { short, value = null, describe }]) => ({
      ...{ names: [`-${short}`, `--${name}`], value, description: describe },
    })),
  ),
  ...Object.fromEntries(
    TOOLS.map(({ name, options }) => [`options ${name}`, optionItems(fromSpecs([...options, ...COMMON_OPTIONS]))]),
  ),
  'commands initctl': COMMANDS.flatMap(commandItem),
  'commands upstart': FRONT_COMMANDS.flatMap(frontItem),
};

function commandItem({ name, usage, synopsis, help, options }: Command): string[] {
  const further = options.some(({ shown }) => shown === 'further') ? 'Some options are new in this version' : '';
  return [title(name, usage), ...paragraphs(synopsis, help), ...optionList(fromSpecs(options)), ...paragraphs(further)];
}

function frontItem({ name, words, summary, options, examples }: FrontCommand): string[] {
  const lines = examples.flatMap(([line, does]) => [`$ upstart ${line}`, `    ${does}`]);
  return [
    title(name, words.replaceAll('..', ' ...')),
    ...paragraphs(summary),
    ...optionList(fromYargs(options)),
    ...(lines.length === 0 ? [] : ['.Bd -literal', ...lines.map(plain), '.Ed']),
  ];
}

function title(name: string, words: string): string {
  const rest = words.split(' ').filter((word) => word !== '');
  return `.It Ic ${argument(name)}${rest.length === 0 ? '' : ` No ${rest.map(argument).join(' ')}`}`;
}

function fromSpecs(specs: readonly OptionSpec[]): ManualOption[] {
  return specs
    .filter(({ shown }) => shown !== 'ignored')
    .map(({ long, short, letterOnly, value = null, description }) => ({
      names: [...(short === undefined ? [] : [`-${short}`]), ...(letterOnly ? [] : [`--${long}`])],
      ...{ value, description },
    }));
}

/** A flag of yargs that is on by default is written as `--no-NAME`. */
function fromYargs(table: OptionTable): ManualOption[] {
  return Object.entries(table).map(([name, { type, alias, choices, describe, default: preset }]) => ({
    names: [
      ...[alias ?? []].flat().map((other) => `${other.length === 1 ? '-' : '--'}${other}`),
      type === 'boolean' && preset === true ? `--no-${name}` : `--${name}`,
    ],
    value: type === 'boolean' ? null : (choices?.join('|') ?? (type === 'number' ? 'N' : 'VALUE')),
    description: describe ?? '',
  }));
}
