/** The options of init-checkconf, in the form of `parseArgs`, with what its help says of them. */

export interface CheckOption {
  readonly type: 'boolean' | 'string';
  readonly short: string;
  /** The name of the value in the help. */
  readonly value?: string;
  readonly describe: string;
}

const UNUSED = 'Accepted for compatibility, without effect.';

export const OPTIONS = {
  conditions: { type: 'boolean', short: 'c', describe: 'Fail for conditions that can never come true.' },
  debug: { type: 'boolean', short: 'd', describe: 'Tell what is being checked.' },
  explain: {
    ...{ type: 'boolean', short: 'e' },
    describe: 'Show the word at fault and what was expected, as on a terminal.',
  },
  file: { type: 'string', short: 'f', value: 'FILE', describe: 'The job file to check.' },
  'initctl-path': { type: 'string', short: 'i', value: 'PATH', describe: UNUSED },
  json: { type: 'boolean', short: 'j', describe: 'Print JSON, for programs.' },
  portable: {
    ...{ type: 'boolean', short: 'p' },
    describe: 'Name what Upstart 1.13.2 does not know, and fail if there is any.',
  },
  noscript: { type: 'boolean', short: 's', describe: 'Do not check shell scripts.' },
  'upstart-path': { type: 'string', short: 'x', value: 'PATH', describe: UNUSED },
  help: { type: 'boolean', short: 'h', describe: 'Show this help.' },
} as const satisfies Record<string, CheckOption>;

/** The column of the descriptions in the help. */
const COLUMN = 25;

export function optionHelp(): string {
  return Object.entries<CheckOption>(OPTIONS)
    .map(([name, { short, value, describe }]) => {
      const left = ` -${short}, --${name}${value === undefined ? '' : `=${value}`}`;
      return `${left.padEnd(COLUMN)}${describe}\n`;
    })
    .join('');
}
