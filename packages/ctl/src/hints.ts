/** Hints below an error, for people only: the likely reason, and the likely meaning. */
import { setTimeout as pause } from 'node:timers/promises';
import { adviceLines, brokenFileText, lastLines, nearest } from '@upstart/common';
import type { Target, UpstartClient } from '@upstart/protocol';
import type { Printer } from './printer.ts';
import { printable } from './text/colour.ts';
import { unsupervisedLine } from './text/unsupervised.ts';

/** How many lines of a job's output are shown below its failure. */
const LOG_LINES = 10;

/** For an unknown job: the file of that name that cannot be read, or a job of a similar name. */
export async function hintUnknownJob(job: string, client: UpstartClient, print: Printer): Promise<void> {
  await unlessLost(async () => {
    const broken = (await client.call('brokenFiles', {})).filter((file) => file.job === job);
    for (const file of broken) {
      print.hint(`The job's file has an error: ${printable(brokenFileText(file))}`);
      for (const line of adviceLines(file)) print.hint(`  ${line}`);
    }
    if (broken.length > 0) return;
    const known = (await client.call('list', {})).map((status) => status.job);
    const meant = nearest(job, known);
    if (meant !== null) print.hint(`Did you mean ${printable(meant)}?`);
  });
}

/** For a job that did not start: the reason, and the last words of its processes. */
export async function hintFailure(target: Target, client: UpstartClient, print: Printer): Promise<void> {
  await unlessLost(async () => {
    const { last } = await client.call('explain', { job: target.job });
    if (last?.failure) print.hint(`Reason: ${printable(last.failure.text)}`);
    const path = await client.call('logPath', target);
    const lines = lastLines(path, LOG_LINES);
    if (lines.length === 0) return;
    print.hint(`The last lines of ${printable(path)}:`);
    for (const line of lines) print.hint(`  ${printable(line)}`);
  });
}

/** After a restart or a reload: changes that it has not applied. */
export async function noteOldDefinition(target: Target, client: UpstartClient, print: Printer): Promise<void> {
  await unlessLost(async () => {
    const { pending, instances } = await client.call('explain', { job: target.job });
    const name = printable(target.job);
    if (pending === 'changed') {
      print.notice(
        `The file of ${name} has changed, but its old definition still counts: stop and start take the new one.`,
      );
    }
    if (pending === 'gone') print.notice(`The file of ${name} is gone; the job lasts until it has stopped.`);
    const mine = instances.filter(({ name: instance }) => !('instance' in target) || target.instance === instance);
    for (const { kept, why, hints } of mine)
      if (kept) print.notice(`${printable(why)}: ${printable(hints.join('; '))}`);
  });
}

/** How long a process may take to end until it counts as left behind, and how often that is checked, in milliseconds. */
const GRACE_MS = 1000;
const LOOKS = 4;

/** After a stop: processes of the job that run on, which init does not supervise. */
export async function noteLeftBehind(job: string, client: UpstartClient, print: Printer): Promise<void> {
  await unlessLost(async () => {
    let left = await leftBehind(job, client);
    for (let look = 1; look < LOOKS && left.length > 0; look++) {
      await pause(GRACE_MS / (LOOKS - 1));
      left = await leftBehind(job, client);
    }
    for (const line of left) print.notice(line);
  });
}

/** For a job that has stopped before: the same, below the error that says so. */
export async function hintLeftBehind(job: string, client: UpstartClient, print: Printer): Promise<void> {
  await unlessLost(async () => {
    for (const line of await leftBehind(job, client)) print.hint(line);
  });
}

async function leftBehind(job: string, client: UpstartClient): Promise<string[]> {
  const { unsupervised = [] } = await client.call('explain', { job });
  return unsupervised
    .filter(({ old }) => old)
    .map((process) => `${printable(job)}: ${unsupervisedLine(process, false)}`);
}

/** Hints are optional: if they cannot be found, only the error is printed. */
async function unlessLost(collect: () => Promise<void>): Promise<void> {
  try {
    await collect();
  } catch {
    // The daemon has ended, or the log cannot be read; the original error is printed all the same.
  }
}
