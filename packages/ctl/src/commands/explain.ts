/** `explain`: why a job is in the state it is in, or an event is not over, for people. */
import { type Command, type Invocation, JSON_OUTPUT, targetOf } from '../command.ts';
import { hintUnknownJob } from '../hints.ts';
import { eventLines, explanationLines } from '../text/explanation.ts';

export const explain: Command = {
  name: 'explain',
  group: 'Further',
  synopsis: 'Tell why a job is in its state.',
  usage: 'JOB',
  wordKind: 'job',
  most: 1,
  options: [
    {
      long: 'event',
      value: 'NAME',
      valueKind: 'event',
      description: 'tell who keeps the events of this name from being over, instead',
    },
    JSON_OUTPUT,
  ],
  help: 'Outputs what the job waits for, what that waits for in turn, which of its events have been seen, and how its last run ended.',
  async run(invocation) {
    const { event } = invocation.options;
    return typeof event === 'string' ? explainEvent(event, invocation) : explainJob(invocation);
  },
};

async function explainJob(invocation: Invocation): Promise<number> {
  const { options, print, context } = invocation;
  const { job } = targetOf(invocation).target;
  const client = await invocation.connect();
  const explanation = await client.call('explain', { job }).catch(async (error: unknown) => {
    if (print.hinting) await hintUnknownJob(job, client, print);
    throw error;
  });
  if (options.json === true) print.json(explanation);
  else print.lines(explanationLines(explanation, print.colour, context.now?.() ?? new Date()));
  return 0;
}

async function explainEvent(name: string, { options, print, connect }: Invocation): Promise<number> {
  const events = await (await connect()).call('explainEvent', { name });
  if (options.json === true) print.json(events);
  else print.lines(eventLines(name, events, print.colour));
  return 0;
}
