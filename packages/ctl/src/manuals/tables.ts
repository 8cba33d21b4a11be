/** The parts of manual pages that are made from the tables of commands and options, by the marks that stand for them. */
import { COMMON_OPTIONS } from '@upstart/common';
import { PROGRAMS as BRIDGES } from '../../../bridge/src/programs.ts';
import { KEYS as CLUSTER_KEYS } from '../../../cluster/src/conf/keys.ts';
import { SETTINGS } from '../../../daemon/src/options/config-file.ts';
import { ROWS as INIT_OPTIONS } from '../../../daemon/src/options/rows.ts';
import { OPTIONS as CHECK_OPTIONS } from '../../../daemon/src/tools/check-options.ts';
import type { Command } from '../command.ts';
import { watch } from '../commands/watch.ts';
import { COMMANDS } from '../commands.ts';
import { DOT_OPTIONS } from '../dot-options.ts';
import { GLOBAL_OPTIONS } from '../global-options.ts';
import { fromParseArgs, fromSpecs, fromYargs, TOOLS } from '../option-tables.ts';
import type { FrontCommand } from '../upstart/command.ts';
import { COMMANDS as FRONT_COMMANDS } from '../upstart/commands/all.ts';
import { GLOBAL as FRONT_GLOBAL } from '../upstart/global-options.ts';
import { argument, optionItems, optionList, paragraphs, plain, settingItems } from './mdoc.ts';

/** halt and poweroff have the page of reboot. */
const PAGES = TOOLS.filter(({ name }) => name !== 'halt' && name !== 'poweroff');

/** Lines of mdoc by their marks. */
export const TABLES: Readonly<Record<string, readonly string[]>> = {
  'options init': optionItems(fromSpecs(INIT_OPTIONS)),
  'settings upstart.conf': settingItems(SETTINGS),
  'settings cluster.conf': settingItems(CLUSTER_KEYS.map((key) => ({ ...key, long: key.name }))),
  'options initctl': optionItems(fromSpecs(GLOBAL_OPTIONS)),
  'options watch': optionItems(fromSpecs([...watch.options, ...GLOBAL_OPTIONS])),
  'options upstart': optionItems(fromYargs(FRONT_GLOBAL)),
  'options upstart-bridge': optionItems(fromSpecs([...(BRIDGES[0]?.options ?? []), ...COMMON_OPTIONS])),
  'options initctl2dot': optionItems(fromYargs(DOT_OPTIONS)),
  'options init-checkconf': optionItems(fromParseArgs(CHECK_OPTIONS)),
  ...Object.fromEntries(
    PAGES.map(({ name, options }) => [`options ${name}`, optionItems(fromSpecs([...options, ...COMMON_OPTIONS]))]),
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
