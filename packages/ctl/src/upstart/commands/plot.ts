/** `upstart plot`: a picture of the boot, or of what has happened since a time: bars for jobs, arrows for causes. */
import { readHistory } from '../../history.ts';
import { frontCommand } from '../command.ts';
import { draw, OUTPUT_OPTION, requirePlace } from '../picture-output.ts';
import { timeSince } from '../since.ts';

export const plot = frontCommand({
  name: 'plot',
  words: '',
  wordKind: 'none',
  summary:
    'Draw the boot as a picture: a bar for each job, from its start over its hooks to running, and an arrow from the cause of each start.',
  options: {
    since: {
      type: 'string',
      requiresArg: true,
      describe: 'what has happened since then, such as 10m or 2026-11-29 05:00',
    },
    job: {
      ...{ type: 'string', array: true, nargs: 1, wordKind: 'job' },
      describe: 'only this job, or those that fit a pattern',
    },
    ...OUTPUT_OPTION,
  },
  examples: [
    ['plot > boot.svg', 'a picture of the boot'],
    ['plot --since 10m -o now.svg', 'of the last ten minutes'],
    ["plot --job 'web*' -o web.svg", 'of the jobs whose names begin with web'],
  ],
  isLocal: () => true,
  async run(call) {
    requirePlace(call, 'plot');
    const { since, job } = call.options;
    const from = since === undefined ? 0 : timeSince(since, (call.context.now?.() ?? new Date()).getTime());
    const client = await call.connect();
    const { entries } = await readHistory(client, { job: null, sinceMs: from, after: 0 });
    const statuses = await client.call('list', { details: true });
    return draw({ picture: 'plot', history: entries, statuses, isSince: since !== undefined, jobs: job ?? [] }, call);
  },
});
