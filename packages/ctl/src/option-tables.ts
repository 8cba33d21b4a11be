/** Options of the tables of all programs in one form, for completions and manual pages. */
import type { OptionSpec, Tool, WordKind } from '@upstart/common';
import { rebootTool } from './system/reboot-tool.ts';
import { runlevel } from './system/runlevel-tool.ts';
import { shutdown } from './system/shutdown-tool.ts';
import { telinit } from './system/telinit-tool.ts';
import { upstartRc } from './system/upstart-rc-tool.ts';
import type { OptionTable } from './upstart/command.ts';

export interface DescribedOption {
  /** With its dashes: `--wait`, `-n`. */
  readonly names: readonly string[];
  /** The kind of its value; null for a flag. */
  readonly value: WordKind | null;
  /** Its name in a description; null for a flag. */
  readonly valueName: string | null;
  readonly description: string;
}

const REBOOTS = ['reboot', 'halt', 'poweroff'];
export const TOOLS: readonly Tool[] = [telinit, runlevel, shutdown, upstartRc, ...REBOOTS.map(rebootTool)];
export function fromSpecs(specs: readonly OptionSpec[]): DescribedOption[] {
  return specs
    .filter(({ shown }) => shown !== 'ignored')
    .map(({ long, short, letterOnly, value, valueKind = 'none', description }) => ({
      names: [...(letterOnly ? [] : [`--${long}`]), ...(short === undefined ? [] : [`-${short}`])],
      value: value === undefined ? null : valueKind,
      valueName: value ?? null,
      description,
    }));
}

/** A flag of yargs that is on by default is `--no-NAME`. */
export function fromYargs(table: OptionTable): DescribedOption[] {
  return Object.entries(table).map(([name, { type, alias, choices, wordKind, describe, default: preset }]) => ({
    names: [
      type === 'boolean' && preset === true ? `--no-${name}` : `--${name}`,
      ...[alias ?? []].flat().map((other) => `${other.length === 1 ? '-' : '--'}${other}`),
    ],
    value: type === 'boolean' ? null : (wordKind ?? choices?.map(String) ?? 'none'),
    valueName: type === 'boolean' ? null : (choices?.join('|') ?? (type === 'number' ? 'N' : 'VALUE')),
    description: describe ?? '',
  }));
}

/** Options of `parseArgs`; all values of init-checkconf are paths. */
export function fromParseArgs(
  table: Readonly<Record<string, { type: 'boolean' | 'string'; short: string; value?: string; describe: string }>>,
): DescribedOption[] {
  return Object.entries(table).map(([name, { type, short, value, describe }]) => ({
    names: [`--${name}`, `-${short}`],
    value: type === 'boolean' ? null : 'file',
    valueName: value ?? null,
    description: describe,
  }));
}
