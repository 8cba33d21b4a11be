/** The commands about the environment of jobs (reference: control §3.4). */

import { compareTexts, UsageError } from '@upstart/common';
import { type Command, envTargetOf, GLOBAL, type Invocation } from '../command.ts';

const INSIDE =
  "Inside a job this is about the environment of that job, which its later processes get; elsewhere, and with --global, about everybody's.";

function environmentCommand(
  name: string,
  synopsis: string,
  usage: string,
  help: string,
  run: (invocation: Invocation) => Promise<unknown>,
  options: Command['options'] = [],
): Command {
  return {
    name,
    group: 'Environment',
    synopsis,
    usage,
    wordKind: usage === '' ? 'none' : 'variable',
    options: [GLOBAL, ...options],
    help: `${help} ${INSIDE}`,
    async run(invocation) {
      await run(invocation);
      return 0;
    },
  };
}

export const getEnv = environmentCommand(
  'get-env',
  'Retrieve value of a job environment variable.',
  'VARIABLE',
  'The value of VARIABLE is output.',
  async (invocation) => {
    const [name] = invocation.args;
    if (name === undefined) throw new UsageError('missing variable name');
    const target = envTargetOf(invocation);
    const client = await invocation.connect();
    invocation.print.line(await client.call('getEnv', { target, name }));
  },
);

export const listEnv = environmentCommand(
  'list-env',
  'Show all job environment variables.',
  '',
  'All variables are output, sorted, one a line.',
  async (invocation) => {
    const target = envTargetOf(invocation);
    const client = await invocation.connect();
    const variables = await client.call('listEnv', { target });
    const inOrder = collation(invocation.context.env);
    for (const variable of [...variables].sort(inOrder)) invocation.print.line(variable);
  },
);

export const resetEnv = environmentCommand(
  'reset-env',
  'Revert all job environment variable changes.',
  'VARIABLE',
  'What was set and removed is forgotten.',
  async (invocation) => {
    const target = envTargetOf(invocation);
    await (await invocation.connect()).call('resetEnv', { target });
  },
);

export const setEnv = environmentCommand(
  'set-env',
  'Set one or more job environment variables.',
  'VARIABLE[=VALUE]',
  'Sets the variables; one without a value becomes empty.',
  async (invocation) => {
    const { args, options, connect } = invocation;
    if (args.length === 0) throw new UsageError('missing variable value');
    const target = envTargetOf(invocation);
    await (await connect()).call('setEnv', { target, vars: [...args], replace: options.retain !== true });
  },
  [{ long: 'retain', short: 'r', description: 'do not replace the value of a variable that is set already' }],
);

export const unsetEnv = environmentCommand(
  'unset-env',
  'Remove one or more job environment variables.',
  'VARIABLE',
  'Removes the variables; one that is not set is no error.',
  async (invocation) => {
    const { args, connect } = invocation;
    if (args.length === 0) throw new UsageError('missing variable name');
    const target = envTargetOf(invocation);
    await (await connect()).call('unsetEnv', { target, names: [...args] });
  },
);

/** The order of the caller's locale, as strcoll has it: by bytes in the C locale. */
function collation(env: Invocation['context']['env']): (a: string, b: string) => number {
  const locale = env.LC_ALL || env.LC_COLLATE || env.LANG || 'C';
  const name = locale.replace(/[.@].*/, '').replaceAll('_', '-');
  if (name === 'C' || name === 'POSIX') return compareTexts;
  try {
    const { compare } = new Intl.Collator(name);
    return (a, b) => compare(a, b) || compareTexts(a, b);
  } catch {
    return compareTexts;
  }
}
