/** `upstart chain`: what the boot, or the start of a job, waited for. */
import { nearest } from '@upstart/common';
import { readHistory } from '../../history.ts';
import { chainLines } from '../../text/chain.ts';
import { printable } from '../../text/colour.ts';
import { secondsText } from '../../text/seconds.ts';
import { bootChain, type Chain, jobChain } from '../../timeline/chain.ts';
import { labelOf } from '../../timeline/entries.ts';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';

export const chain = frontCommand({
  name: 'chain',
  words: '[JOB]',
  wordKind: 'job',
  summary:
    'Show what the boot waited for: the longest chain of events and jobs, each waiting for the one below, with times. With JOB (or JOB/INSTANCE): what its last start waited for.',
  options: JSON_OPTION,
  examples: [
    ['chain', 'what made the boot take so long'],
    ['chain web', 'what the start of web waited for'],
    ['chain worker/2', 'of one instance'],
  ],
  isLocal: () => true,
  async run(call) {
    const { words, options, print } = call;
    const [word] = words;
    const client = await call.connect();
    const { entries } = await readHistory(client, { job: null, sinceMs: 0, after: 0 });
    const meant = word === undefined ? null : await meantBy(word, call);
    if (typeof meant === 'string') {
      print.failure(meant);
      return EXIT.unknown;
    }
    const found = meant === null ? bootChain(entries) : jobChain(entries, meant.job, meant.instance);
    if (found === null) {
      print.failure(
        meant === null
          ? 'the history does not reach back to the boot; name a job'
          : `the history has no start of ${printable(word ?? '')}`,
      );
      return EXIT.notRunning;
    }
    if (options.json === true) print.json(jsonOf(found, meant === null));
    else print.lines(chainLines(found, titleOf(found, meant === null), print.colour, print.width));
    return EXIT.done;
  },
});

interface Meant {
  readonly job: string;
  readonly instance: string | null;
}

/** The job, or the instance; a text: what is wrong with the word. */
async function meantBy(word: string, { connect }: Call): Promise<Meant | string> {
  const jobs = (await (await connect()).call('list', {})).map(({ job }) => job);
  if (jobs.includes(word)) return { job: word, instance: null };
  const job = jobs.find((name) => word.startsWith(`${name}/`));
  if (job !== undefined) return { job, instance: word.slice(job.length + 1) };
  const near = nearest(word, jobs);
  return `unknown job: ${printable(word)}${near === null ? '' : `; did you mean ${printable(near)}?`}`;
}

function titleOf({ steps, totalMs }: Chain, isBoot: boolean): string {
  const [last] = steps;
  const name = printable(labelOf({ job: last?.job ?? '', instance: last?.instance ?? '' }));
  if (isBoot) return `The boot took ${secondsText(totalMs)}: ${name} was the last job to be running.`;
  if (last?.reached === 'running') return `${name} was running after ${secondsText(totalMs)}.`;
  return `${name} is not running; it came as far as this in ${secondsText(totalMs)}.`;
}

function jsonOf({ steps, totalMs, complete, beganMs }: Chain, boot: boolean) {
  return { boot, beganAt: beganMs, totalMs, complete, steps };
}
