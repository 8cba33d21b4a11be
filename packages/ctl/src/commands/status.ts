/** `status` (reference: control §3.3). */
import { type JobStatus, type UpstartClient, UpstartError } from '@upstart/protocol';
import { type Command, type Invocation, JSON_OUTPUT, targetOf } from '../command.ts';
import { hintUnknownJob } from '../hints.ts';
import type { Printer } from '../printer.ts';
import { healthLines, saying, statusLines, statusTable } from '../text/status.ts';

/** The exit statuses that init scripts have for `status`, by the Linux Standard Base. */
const LSB = { running: 0, stopped: 3, unknown: 4 } as const;

export const status: Command = {
  name: 'status',
  group: 'Job',
  synopsis: 'Query status of job.',
  usage: 'JOB [KEY=VALUE]...',
  wordKind: 'job',
  options: [
    JSON_OUTPUT,
    {
      long: 'lsb',
      description: 'exit with 0 if the job runs, 3 if it is stopped, 4 if there is none',
      shown: 'further',
    },
  ],
  help: 'JOB is the name of the job that is asked about. KEY=VALUE pairs name the instance of a job that has several. With --verbose, and on a terminal, what a start waits for and why a job is unhealthy follows; with --verbose its checks, too.',
  async run(invocation) {
    const { options, print } = invocation;
    const lsb = options.lsb === true;
    const answer = await ask(invocation).catch((error: unknown) => {
      if (!lsb || !(error instanceof UpstartError)) throw error;
      print.failure(error.message);
      return null;
    });
    if (answer === null) return LSB.unknown;
    if (options.json === true) print.json(answer);
    else printStatus(answer, print);
    if (!lsb) return 0;
    return answer.instances.some(({ goal }) => goal !== 'stop') ? LSB.running : LSB.stopped;
  },
};

async function ask(invocation: Invocation): Promise<JobStatus> {
  const { target } = targetOf(invocation);
  const client = await invocation.connect();
  try {
    return await client.call(
      'status',
      wantsDetails(invocation.options.json === true, invocation.print) ? { ...target, details: true } : target,
    );
  } catch (error) {
    const unknown = error instanceof UpstartError && error.code === 'unknown-job';
    if (unknown && invocation.print.hinting) await hintUnknownJob(target.job, client, invocation.print);
    throw error;
  }
}

/** Whether more is shown than scripts parse: the health of the job. */
export function wantsDetails(json: boolean, print: Printer): boolean {
  return json || print.forPeople || print.verbose;
}

/** The status of an instance that was there a moment ago: a stopped job if it or even the job has gone since. */
export async function currentStatus(client: UpstartClient, job: string, instance: string): Promise<JobStatus> {
  try {
    return await client.call('status', { job, instance });
  } catch (error) {
    if (!(error instanceof UpstartError)) throw error;
    if (error.code !== 'unknown-job' && error.code !== 'unknown-instance') throw error;
    return { job, instances: [] };
  }
}

export function printStatus(answer: JobStatus, print: Printer): void {
  const lines = print.forPeople ? statusTable([answer], print.colour) : statusLines(answer);
  const health =
    print.forPeople || print.verbose ? answer.instances.flatMap((one) => healthLines(one, print.verbose)) : [];
  const says = print.forPeople || !print.verbose ? [] : answer.instances.flatMap(saying);
  for (const line of [...lines, ...says, ...health]) print.line(line);
}
