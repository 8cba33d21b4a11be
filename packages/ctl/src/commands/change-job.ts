/** `start`, `stop` and `restart` (reference: control §3.2). */
import type { WordKind } from '@upstart/common';
import { type Target, TimeoutError, type UpstartClient, UpstartError } from '@upstart/protocol';
import {
  type Command,
  type Invocation,
  lateText,
  NO_WAIT,
  origin,
  TIMEOUT,
  TIMEOUT_HELP,
  targetOf,
  timeLimit,
} from '../command.ts';
import { hintFailure, hintLeftBehind, hintUnknownJob, noteLeftBehind, noteOldDefinition } from '../hints.ts';
import { printable } from '../text/colour.ts';
import { statusLines } from '../text/status.ts';
import { currentStatus, printStatus } from './status.ts';

type Change = 'start' | 'stop' | 'restart';

function changeCommand(name: Change, wordKind: WordKind, synopsis: string, help: string): Command {
  return {
    name,
    group: 'Job',
    synopsis,
    usage: 'JOB [KEY=VALUE]...',
    wordKind,
    options: [NO_WAIT(`job to ${name}`), TIMEOUT],
    help: `JOB is the name of the job that is to be ${help} ${TIMEOUT_HELP}`,
    run: (invocation) => change(name, invocation),
  };
}

const INSTANCE_HELP =
  'KEY=VALUE pairs name the instance of a job that has several, and are in the environment of what the command starts.';

export const start = changeCommand('start', 'stopped-job', 'Start job.', `started. ${INSTANCE_HELP}`);
export const stop = changeCommand('stop', 'running-job', 'Stop job.', `stopped. ${INSTANCE_HELP}`);
export const restart = changeCommand(
  'restart',
  'running-job',
  'Restart job.',
  `stopped and started again, as it was defined when it was started. ${INSTANCE_HELP}`,
);

async function change(method: Change, invocation: Invocation): Promise<number> {
  const { target, own } = targetOf(invocation);
  const wait = !own && invocation.options['no-wait'] !== true;
  const limit = timeLimit(invocation.options);
  const client = await invocation.connect();
  const answer = await client
    .call(method, { ...target, wait, ...origin(invocation.context) }, limit)
    .catch(async (error: unknown) => {
      if (error instanceof TimeoutError) return null;
      await hint(method, error, target, client, invocation);
      throw error;
    });
  if (answer === null) {
    await tellLate(target, client, invocation);
    return 1;
  }
  const { instance } = answer;
  printStatus(await currentStatus(client, target.job, instance), invocation.print);
  await note(method, { job: target.job, instance }, client, invocation);
  return 0;
}

/** The time of `--timeout` is over: says where the job is now. */
async function tellLate(target: Target, client: UpstartClient, { options, print }: Invocation): Promise<void> {
  const [line = target.job] = statusLines(await client.call('status', target));
  print.hint(`initctl explain ${printable(target.job)} tells what it waits for`);
  print.failure(lateText(options, line));
}

/** Hints for people about a change that was made. */
async function note(method: Change, target: Target, client: UpstartClient, { print }: Invocation): Promise<void> {
  if (!print.hinting) return;
  if (method === 'restart') await noteOldDefinition(target, client, print);
  if (method === 'stop') await noteLeftBehind(target.job, client, print);
}

async function hint(
  method: Change,
  error: unknown,
  target: Target,
  client: UpstartClient,
  { print }: Invocation,
): Promise<void> {
  if (!(error instanceof UpstartError) || !print.hinting) return;
  if (error.code === 'unknown-job') await hintUnknownJob(target.job, client, print);
  if (error.code === 'job-failed-to-start') await hintFailure(target, client, print);
  if (error.code === 'unknown-instance' && method === 'stop') await hintLeftBehind(target.job, client, print);
}
