/** `upstart explain`: why jobs are in their state; without a name, all faults and waiting jobs by root cause. */
import type { Explanation, UpstartClient } from '@upstart/protocol';
import { explanationLines } from '../../text/explanation.ts';
import { troubleLines } from '../../text/troubles.ts';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import type { InitScript } from '../init-scripts/init-scripts.ts';
import { scriptLines, scriptsAmong } from '../init-scripts/show.ts';
import { meantJobs } from '../jobs.ts';

export const explain = frontCommand({
  name: 'explain',
  words: '[JOB..]',
  wordKind: 'job',
  summary: 'Tell why jobs are in their state; without JOB, everything that is wrong or waits, by its root cause.',
  options: JSON_OPTION,
  examples: [
    ['explain web', 'what web waits for, or why it failed'],
    ['explain', 'everything that is wrong, and what waits because of it'],
  ],
  async run(call) {
    const { words, options, print } = call;
    const client = await call.connect();
    if (words.length === 0) {
      const troubles = await client.call('troubles', {});
      if (options.json === true) print.json(troubles);
      else {
        const lines = troubleLines(troubles, print.colour);
        print.lines(lines.length === 0 ? [NOTHING] : lines);
      }
      return EXIT.done;
    }
    const { explanations, scripts, status } = await named(client, call);
    if (options.json === true) print.json([...explanations, ...scripts.map(scriptJson)]);
    else {
      for (const explanation of explanations) show(explanation, call);
      for (const script of scripts) print.lines(scriptLines(script, print.colour));
    }
    return status;
  },
});

const NOTHING = 'Nothing is wrong, and no job waits for anything.';

async function named(client: UpstartClient, call: Call) {
  const { words, print } = call;
  const { jobs, unknown } = await meantJobs(client, words);
  const broken = new Set((unknown.length === 0 ? [] : await client.call('brokenFiles', {})).map(({ job }) => job));
  const others = unknown.filter(({ word }) => !broken.has(word));
  const scripts = await scriptsAmong(
    others.map(({ word }) => word),
    client,
    call,
  );
  const strange = others.filter(({ word }) => !scripts.has(word));
  for (const { text } of strange) print.failure(text);
  // For a job with a broken file the explanation is that file.
  const names = [...jobs.map(({ job }) => job), ...unknown.map(({ word }) => word).filter((word) => broken.has(word))];
  const explanations = await Promise.all(names.map((job) => client.call('explain', { job })));
  return { explanations, scripts: [...scripts.values()], status: strange.length > 0 ? EXIT.unknown : EXIT.done };
}

/** The fields that are those of `ps` have their names. */
function scriptJson({ name, ...script }: InitScript) {
  return { kind: 'init-script', job: name, ...script };
}

function show(explanation: Explanation, { print, context }: Call): void {
  print.lines(explanationLines(explanation, print.colour, context.now?.() ?? new Date()));
}
