/** `upstart logs`: the output of a job's processes. */
import { log } from '../../commands/log.ts';
import { UsageError } from '../../options.ts';
import { asInvocation, EXIT, type FrontCommand } from '../command.ts';
import { meantJobs } from '../jobs.ts';

export const logs: FrontCommand = {
  name: 'logs',
  words: '<JOB> [VARIABLE..]',
  summary: 'Show what a job has output.',
  options: {
    follow: { type: 'boolean', alias: 'f', describe: 'show new output as it comes, until interrupted' },
    lines: {
      type: 'string',
      alias: 'n',
      requiresArg: true,
      default: '10',
      describe: 'show this many of the last lines',
    },
  },
  examples: [
    ['logs web -f', 'shows the last lines, and new ones as they come'],
    ['logs worker N=1 -n 100', 'shows the last hundred lines of one instance'],
  ],
  isLocal: () => true,
  async run(call) {
    const { options, print, words } = call;
    const lines = String(options.lines);
    if (!/^[0-9]+$/.test(lines)) throw new UsageError(`--lines takes a number, not ${lines}`);
    const [job = '', ...variables] = words;
    for (const word of variables) if (!/^[^=]+=/.test(word)) throw new UsageError(`KEY=VALUE expected, not ${word}`);
    const { unknown } = await meantJobs(await call.connect(), [job]);
    for (const { text } of unknown) print.failure(text);
    if (unknown.length > 0) return EXIT.unknown;
    return log.run(asInvocation(call, { lines, ...(options.follow === true ? { follow: true } : {}) }));
  },
};
