/** The help texts (reference: control §2.1, §3.9). */
import { optionLines, twoColumns, wrap } from '@upstart/common';
import { type Command, GROUPS } from './command.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';

/** `PROG --help` of one command; `program` as the usage line has it: `initctl start`, or `start`. */
export function commandHelp(command: Command, program: string, width: number): string {
  const usage = [`Usage: ${program} [OPTION]...`, command.usage].filter((part) => part !== '').join(' ');
  const options = [...command.options.filter(({ shown }) => shown === undefined), ...GLOBAL_OPTIONS];
  const further = command.options.filter(({ shown }) => shown === 'further');
  return lines([
    usage,
    command.synopsis,
    '',
    'Options:',
    ...optionLines(options, width),
    ...(further.length === 0 ? [] : ['', 'Further options:', ...optionLines(further, width)]),
    '',
    ...wrap(command.help, width - 1, 0),
  ]);
}

/** `initctl --help`. */
export function programHelp(program: string, width: number): string {
  return lines([
    `Usage: ${program} [OPTION]... COMMAND [OPTION]... [ARG]...`,
    '',
    'Options:',
    ...optionLines(GLOBAL_OPTIONS, width),
    '',
    `For a list of commands, try \`${program} help'.`,
  ]);
}

/** `initctl help`; with `all` also the commands that scripts do not know. */
export function commandList(commands: readonly Command[], program: string, width: number, all: boolean): string {
  const groups = GROUPS.filter((group) => all || group !== 'Further').map((group) => [
    `${group} commands:`,
    ...commands
      .filter((command) => command.group === group)
      .map(({ name, synopsis }) => twoColumns(`  ${name}`, synopsis, width)),
    '',
  ]);
  return lines([...groups.flat(), `For more information on a command, try \`${program} COMMAND --help'.`]);
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
