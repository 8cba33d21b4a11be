/** `start`, `stop` and `restart` (reference: control §3.2). */
import { type Target, type UpstartClient, UpstartError } from '@upstart/protocol';
import { type Command, type Invocation, NO_WAIT, targetOf } from '../command.ts';
import { hintFailure, hintUnknownJob } from '../hints.ts';
import { currentStatus, printStatus } from './status.ts';

type Change = 'start' | 'stop' | 'restart';

function changeCommand(name: Change, synopsis: string, help: string): Command {
  return {
    name,
    group: 'Job',
    synopsis,
    usage: 'JOB [KEY=VALUE]...',
    options: [NO_WAIT(`job to ${name}`)],
    help: `JOB is the name of the job that is to be ${help}`,
    run: (invocation) => change(name, invocation),
  };
}

const INSTANCE_HELP =
  'KEY=VALUE pairs name the instance of a job that has several, and are in the environment of what the command starts.';

export const start = changeCommand('start', 'Start job.', `started. ${INSTANCE_HELP}`);
export const stop = changeCommand('stop', 'Stop job.', `stopped. ${INSTANCE_HELP}`);
export const restart = changeCommand(
  'restart',
  'Restart job.',
  `stopped and started again, as it was defined when it was started. ${INSTANCE_HELP}`,
);

async function change(method: Change, invocation: Invocation): Promise<number> {
  const { target, own } = targetOf(invocation);
  const wait = !own && invocation.options['no-wait'] !== true;
  const client = await invocation.connect();
  const { instance } = await client.call(method, { ...target, wait }).catch(async (error: unknown) => {
    await hint(error, target, client, invocation);
    throw error;
  });
  printStatus(await currentStatus(client, target.job, instance), invocation.print);
  return 0;
}

async function hint(error: unknown, target: Target, client: UpstartClient, { print }: Invocation): Promise<void> {
  if (!(error instanceof UpstartError) || !print.hinting) return;
  if (error.code === 'unknown-job') await hintUnknownJob(target.job, client, print);
  if (error.code === 'job-failed-to-start') await hintFailure(target, client, print);
}
