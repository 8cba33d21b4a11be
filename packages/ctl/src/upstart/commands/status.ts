/** `upstart status`: whether jobs run. */
import { type JobStatus, type UpstartClient, UpstartError } from '@upstart/protocol';
import { printStatus } from '../../commands/status.ts';
import { EXIT, type FrontCommand, JSON_OPTION } from '../command.ts';
import { type MeantJob, meantJobs } from '../jobs.ts';

export const status: FrontCommand = {
  name: 'status',
  words: '<JOB..>',
  summary: 'Tell whether jobs run: exits with 0 if all do, 3 if one does not, 4 if there is no such job.',
  options: JSON_OPTION,
  examples: [
    ['status web', 'prints `web start/running, process 4711`'],
    ['status worker N=1', 'asks for one instance'],
  ],
  async run({ connect, words, options, print }) {
    const client = await connect();
    const { jobs, unknown } = await meantJobs(client, words);
    for (const { text } of unknown) print.failure(text);
    const answers = await Promise.all(jobs.map((meant) => statusOf(meant, client)));
    if (options.json === true) print.json(answers);
    else for (const answer of answers) printStatus(answer, print);
    if (unknown.length > 0) return EXIT.unknown;
    return answers.every(runs) ? EXIT.done : EXIT.notRunning;
  },
};

async function statusOf({ job, env, instances }: MeantJob, client: UpstartClient): Promise<JobStatus> {
  if (env.length === 0) return { job, instances: [...instances] };
  try {
    return await client.call('status', { job, env: [...env] });
  } catch (error) {
    if (error instanceof UpstartError && error.code === 'unknown-instance') return { job, instances: [] };
    throw error;
  }
}

function runs({ instances }: JobStatus): boolean {
  return instances.some(({ goal }) => goal !== 'stop');
}
