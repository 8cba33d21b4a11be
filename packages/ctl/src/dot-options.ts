/** The options of initctl2dot, as yargs describes them. */
import { COLOURS } from './dot-graph.ts';

const COLOUR_OPTIONS = Object.fromEntries(
  Object.entries(COLOURS).map(([what, colour]) => [
    `color-${what}`,
    { type: 'string' as const, default: colour, describe: `colour of ${what}`, requiresArg: true },
  ]),
);

export const DOT_OPTIONS = {
  'restrict-to-jobs': {
    alias: 'r',
    type: 'string',
    requiresArg: true,
    describe: 'only these jobs, separated by commas',
  },
  infile: { alias: 'f', type: 'string', requiresArg: true, describe: 'read this file instead of asking init' },
  outfile: {
    alias: 'o',
    type: 'string',
    default: 'upstart.dot',
    requiresArg: true,
    describe: 'write here, - for standard output',
  },
  user: { type: 'boolean', describe: "ask the session's init" },
  system: { type: 'boolean', describe: "ask the system's init" },
  ...COLOUR_OPTIONS,
} as const;
