/** `upstart explain`: why jobs are in their state; without a name, of each that is not well. */
import type { Explanation, UpstartClient } from '@upstart/protocol';
import { explanationLines } from '../../text/explanation.ts';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { explainUnwell } from '../health.ts';
import { meantJobs } from '../jobs.ts';

export const explain = frontCommand({
  name: 'explain',
  words: '[JOB..]',
  wordKind: 'job',
  summary: 'Tell why jobs are in their state; without JOB, of each that is not well.',
  options: JSON_OPTION,
  examples: [
    ['explain web', 'what web waits for, or why it failed'],
    ['explain', 'everything that is wrong'],
  ],
  async run(call) {
    const { words, options, print } = call;
    const client = await call.connect();
    const { explanations, status } =
      words.length === 0 ? { explanations: await explainUnwell(client), status: EXIT.done } : await named(client, call);
    if (options.json === true) print.json(explanations);
    else if (explanations.length === 0 && words.length === 0) print.line('Nothing is wrong.');
    else for (const explanation of explanations) show(explanation, call);
    return status;
  },
});

async function named(client: UpstartClient, { words, print }: Call) {
  const { jobs, unknown } = await meantJobs(client, words);
  const broken = new Set((unknown.length === 0 ? [] : await client.call('brokenFiles', {})).map(({ job }) => job));
  const strange = unknown.filter(({ word }) => !broken.has(word));
  for (const { text } of strange) print.failure(text);
  // A job with a broken file is explained by that file.
  const names = [...jobs.map(({ job }) => job), ...unknown.map(({ word }) => word).filter((word) => broken.has(word))];
  const explanations = await Promise.all(names.map((job) => client.call('explain', { job })));
  return { explanations, status: strange.length > 0 ? EXIT.unknown : EXIT.done };
}

function show(explanation: Explanation, { print, context }: Call): void {
  print.line(explanationLines(explanation, print.colour, context.now?.() ?? new Date()).join('\n'));
}
