/** `upstart fleet explain`: what is wrong on each host, or why a job is in its state there. */
import { explanationLines } from '../../text/explanation.ts';
import { troubleLines } from '../../text/troubles.ts';
import { EXIT } from '../command.ts';
import { meantJobs } from '../jobs.ts';
import type { FleetAction, FleetCall } from './action.ts';
import { askHosts, sayMissing } from './ask.ts';
import { sayUnknown } from './unknown.ts';

export const explain: FleetAction = {
  ...{ words: 'JOB..', least: 0, most: Number.POSITIVE_INFINITY, options: [] },
  run: (given) => (given.call.words.length === 0 ? everything(given) : named(given)),
};

const NOTHING = 'Nothing is wrong, and no job waits for anything.';
const INDENT = '  ';

async function everything(given: FleetCall): Promise<number> {
  const { call } = given;
  const asked = await askHosts(given, (client) => client.call('troubles', {}));
  if (call.options.json === true) {
    const hosts = asked.replies.map(({ host, value }) => ({ host, ...value }));
    call.print.json({ hosts, missing: asked.missing });
  } else
    for (const { host, value } of asked.replies)
      show(host, value.causes.length === 0 ? [NOTHING] : troubleLines(value, call.print.colour), call);
  return sayMissing(asked, call);
}

async function named(given: FleetCall): Promise<number> {
  const { call } = given;
  const asked = await askHosts(given, async (client) => {
    const { jobs, unknown } = await meantJobs(client, call.words);
    return { unknown, explanations: await Promise.all(jobs.map(({ job }) => client.call('explain', { job }))) };
  });
  const { replies, missing } = asked;
  if (call.options.json === true) {
    const jobs = replies.flatMap(({ host, value }) => value.explanations.map((one) => ({ host, ...one })));
    call.print.json({ jobs, missing });
  } else {
    const now = call.context.now?.() ?? new Date();
    for (const { host, value } of replies) {
      const lines = value.explanations.flatMap((one) => explanationLines(one, call.print.colour, now));
      if (lines.length > 0) show(host, lines, call);
    }
  }
  const words = replies.map(({ value }) => value.unknown);
  return Math.max(EXIT.done, sayUnknown(words, call), sayMissing(asked, call));
}

function show(host: string, lines: readonly string[], { print }: FleetCall['call']): void {
  print.lines([print.colour.strong(host), ...lines.map((line) => `${INDENT}${line}`)], 2 * INDENT.length);
}
