/** Command lines of initctl and its links, in the process that runs them for the launcher, and of init itself. */

import { UsageError } from '../../packages/common/src/index.ts';
import { COMMANDS, runCommand } from '../../packages/ctl/src/commands.ts';
import { parseOptions } from '../../packages/daemon/src/options/options.ts';
import {
  type Method,
  type Params,
  RUN_LOCALLY,
  type UpstartClient,
  upstartError,
} from '../../packages/protocol/src/index.ts';
import type { Random } from '../chaos/random.ts';
import { blaming, type Fuzzer } from './fuzzer.ts';

const PROGRAMS = [
  'initctl',
  'start',
  'stop',
  'restart',
  'reload',
  'status',
  'upstart-monitor',
  '-initctl',
  '',
  '/x/initctl',
];
/** Commands and options from their tables, so that new ones are tried as well; and words that fit nothing. */
const WORDS = [
  ...COMMANDS.map(({ name }) => name),
  ...COMMANDS.flatMap(({ options }) => options.map(({ long }) => `--${long}`)),
  ...['--help', '--version', '--user', '--system', '--quiet', '--dest', '--dest=x', '--timeout=1'],
  ...['-n', '-g', '-e', '-x', '-qv', '--', '-', ''],
  ...[
    'job',
    'KEY=VALUE',
    '=',
    'a=b=c',
    '\u00e4',
    '\udcff',
    '../..',
    '*',
    '99999999999999999999',
    '--no-such-option',
    'constructor',
    '--constructor',
    '--__proto__=x',
  ],
];

export const commandLines: Fuzzer = {
  name: 'command-lines',
  inputsInTest: 20_000,
  async run(budget, random) {
    let inputs = 0;
    for (; budget.take(); inputs++) {
      const argv = [random.pick(PROGRAMS), ...Array.from({ length: random.below(6) }, () => word(random))];
      await blaming(argv, () => call(argv, random));
      await blaming(argv, () => callInit(argv.slice(1)));
    }
    return inputs;
  },
};

function callInit(args: string[]): void {
  try {
    parseOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
}

function word(random: Random): string {
  const text = random.pick(WORDS);
  if (random.chance(0.8)) return text;
  const at = random.below(text.length + 1);
  return text.slice(0, at) + String.fromCharCode(random.below(0x250, 1)) + text.slice(at);
}

async function call(argv: string[], random: Random): Promise<void> {
  let said = 0;
  const hear = (text: string): void => {
    said += text.length;
  };
  const status = await runCommand(argv, {
    env: random.chance(0.5) ? { UPSTART_SESSION: 'unix:path=/nowhere', UPSTART_JOB: 'job', UPSTART_INSTANCE: '' } : {},
    terminal: { out: random.chance(0.5), err: false, columns: random.pick([0, 1, 80, 1e9]) },
    local: false,
    out: hear,
    err: hear,
    connect: async () => new Daemon(),
    signal: AbortSignal.abort(),
  });
  if (!Number.isInteger(status)) throw new Error(`exit status ${status}`);
  if (status !== 0 && status !== RUN_LOCALLY && said === 0) throw new Error('a failure without a word');
  if (said > 1024 * 1024) throw new Error(`${said} characters of output`);
}

/** A daemon with nothing in it. */
class Daemon implements UpstartClient {
  async call<M extends Method>(method: M, params: Params<M>): Promise<never> {
    const answers: Partial<Record<Method, unknown>> = {
      version: 'init (upstart 1.2.3)',
      list: [],
      config: [],
      brokenFiles: [],
      listEnv: [],
      getLogPriority: 'message',
      emit: null,
      watch: null,
    };
    if (!(method in answers)) throw upstartError('unknown-job', String((params as { job?: string }).job));
    return answers[method] as never;
  }

  async watch(_listener: unknown, ended?: (reason: Error | null) => void): Promise<void> {
    ended?.(null);
  }

  close(): void {}
}
