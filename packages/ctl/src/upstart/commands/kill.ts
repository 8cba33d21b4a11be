/** `upstart kill`: sends a signal to the main processes of jobs, or to their hooks. */
import { nearest, SIGNAL_NAMES, signalName, signalNumber, UsageError } from '@upstart/common';
import { MAX_SIGNAL, type Target, type UpstartClient, UpstartError } from '@upstart/protocol';
import { printable } from '../../text/colour.ts';
import { type Call, EXIT, frontCommand } from '../command.ts';
import { meantJobs, targetsOf } from '../jobs.ts';

const DEFAULT = 'TERM';

export const kill = frontCommand({
  name: 'kill',
  words: '<JOB..>',
  wordKind: 'running-job',
  summary: 'Send a signal to the main process of jobs, and to that alone; the job reacts to its end as usual.',
  options: {
    signal: { type: 'string', alias: 's', requiresArg: true, describe: `a name or a number; ${DEFAULT} without it` },
    hook: { type: 'boolean', describe: 'to the hook that runs, instead of the main process' },
  },
  examples: [
    ['kill web --signal USR1', 'sends SIGUSR1 to the main process of web'],
    ['kill db --hook -s KILL', 'ends a hook of db that hangs'],
  ],
  async run(call) {
    const { words, options, print } = call;
    const signal = signalOf(options.signal ?? DEFAULT);
    const client = await call.connect();
    const { jobs, unknown } = await meantJobs(client, words);
    for (const { text } of unknown) print.failure(text);
    let status: number = unknown.length > 0 ? EXIT.unknown : EXIT.done;
    for (const meant of jobs) {
      const targets = targetsOf(meant);
      // A pattern matches running instances only.
      if (targets.length === 0 && meant.by === 'name') status = Math.max(status, notRunning(meant.job, call));
      for (const target of targets) status = Math.max(status, await send(client, target, signal, call));
    }
    return status;
  },
});

/** Throws UsageError. */
function signalOf(word: string): number {
  const number = signalNumber(word.toUpperCase()) ?? (/^[0-9]{1,3}$/.test(word) ? Number(word) : 0);
  if (number >= 1 && number <= MAX_SIGNAL) return number;
  const known = nearest(word.toUpperCase().replace(/^SIG/, ''), SIGNAL_NAMES);
  const meant = known === null ? '' : `; did you mean ${known}?`;
  throw new UsageError(`unknown signal: ${word || 'nothing'}${meant}`);
}

async function send(client: UpstartClient, target: Target, signal: number, call: Call<{ hook?: boolean | undefined }>) {
  const hook = call.options.hook === true;
  try {
    await client.call('kill', { ...target, signal, hook });
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof UpstartError)) throw error;
    const instance = 'instance' in target && target.instance !== '' ? `/${target.instance}` : '';
    const name = `${target.job}${instance}`;
    if (error.code === 'unknown-instance') return notRunning(name, call);
    const whose = hook ? 'hook' : 'main process';
    if (error.code === 'no-process') {
      call.print.failure(`${printable(name)} has no ${whose} that runs`);
      return EXIT.notRunning;
    }
    call.print.failure(`cannot send ${signalName(signal) ?? signal} to ${printable(name)}: ${error.message}`);
    return EXIT.failed;
  }
}

function notRunning(name: string, { print }: Pick<Call, 'print'>): number {
  print.failure(`${printable(name)} is not running`);
  return EXIT.notRunning;
}
