/** `upstart fleet status`: whether jobs run, on each host that has them. */
import { printStatus } from '../../commands/status.ts';
import { EXIT } from '../command.ts';
import { runs, statusesOf } from '../commands/status.ts';
import type { FleetAction } from './action.ts';
import { askHosts, callOn, sayMissing, widthOfHosts } from './ask.ts';
import { sayUnknown } from './unknown.ts';

export const status: FleetAction = {
  ...{ words: 'JOB..', least: 1, most: Number.POSITIVE_INFINITY, options: [] },
  async run(given) {
    const { call, fleet } = given;
    const asked = await askHosts(given, (client) => statusesOf(client, call.words, call));
    const { replies, missing } = asked;
    const width = widthOfHosts(given);
    if (call.options.json === true) {
      const jobs = replies.flatMap(({ host, value }) => value.answers.map((answer) => ({ host, ...answer })));
      call.print.json({ jobs, missing });
    } else
      for (const { host, value } of replies) {
        const { print } = callOn(call, fleet.client(host), host, width);
        for (const answer of value.answers) printStatus(answer, print);
      }
    const words = replies.map(({ value }) => value.unknown);
    const isRunning = replies.every(({ value }) => value.answers.every(runs));
    return Math.max(isRunning ? EXIT.done : EXIT.notRunning, sayUnknown(words, call), sayMissing(asked, call));
  },
};
