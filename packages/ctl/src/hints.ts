/** What people, and only they, are told below an error: why it may have happened, and what they may have meant. */
import { adviceLines, brokenFileText, nearest, type Target, type UpstartClient } from '@upstart/protocol';
import { lastLines } from './log-file.ts';
import type { Printer } from './printer.ts';
import { printable } from './text/colour.ts';

/** How many lines of a job's output are shown below its failure. */
const LOG_LINES = 10;

/** For a job that nobody knows: the file of that name that cannot be read, or a job of a similar name. */
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

/** Hints are an extra: when they cannot be had, the error stands for itself. */
async function unlessLost(collect: () => Promise<void>): Promise<void> {
  try {
    await collect();
  } catch {
    // The daemon has gone, or the log cannot be read; the error that is being explained is printed all the same.
  }
}
