/** `show-config` (reference: control §3.5). */
import { type Condition, conditionEvents, formatCondition } from '@upstart/common';
import type { JobConfig } from '@upstart/protocol';
import { type Command, JSON_OUTPUT } from '../command.ts';
import { aboutJob } from '../job-events.ts';

export const showConfig: Command = {
  name: 'show-config',
  group: 'Other',
  synopsis: 'Show emits, start on and stop on details for job configurations.',
  usage: '[CONF]',
  wordKind: 'job',
  most: 1,
  options: [
    { long: 'enumerate', short: 'e', description: 'list the events and jobs of the conditions one by one' },
    JSON_OUTPUT,
  ],
  help: 'CONF is the name of the job to show; without it, all are shown.',
  async run({ args: [job = null], connect, options, print }) {
    const configs = await (await connect()).call('config', { job });
    if (options.json === true) {
      print.json(configs);
      return 0;
    }
    const conditionLines = options.enumerate === true ? enumerated : whole;
    for (const config of configs) print.line(configLines(config, conditionLines).join('\n'));
    return 0;
  },
};

type ConditionLines = (condition: Condition) => string[];

function configLines(config: JobConfig, conditionLines: ConditionLines): string[] {
  const { job, emits, startOn, stopOn, restartOn = null, reloadOn = null, ready = [], check = [] } = config;
  const line = (stanza: string, condition: Condition | null): string[] =>
    condition === null ? [] : conditionLines(condition).map((text) => `  ${stanza} ${text}`);
  return [
    job,
    ...emits.map((event) => `  emits ${event}`),
    ...line('start on', startOn),
    ...line('stop on', stopOn),
    ...line('restart on', restartOn),
    ...line('reload on', reloadOn),
    ...ready.map((probe) => `  ready ${probe}`),
    ...check.map((probe) => `  check ${probe}`),
  ];
}

const whole: ConditionLines = (condition) => [formatCondition(condition)];

/** `EVENT (job:[ JOB], env:[ ARG…])` for each event, in the order of the text. */
const enumerated: ConditionLines = (condition) =>
  [...conditionEvents(condition)].map((event) => {
    const { job, args } = aboutJob(event);
    return `${event.name} (job:${job === null ? '' : ` ${job}`}, env:${args.map((arg) => ` ${arg}`).join('')})`;
  });
