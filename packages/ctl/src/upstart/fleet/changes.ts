/** `upstart fleet start`, `stop` and `reload`: on all hosts at one time that have the job. */
import { type Change, type ChangedJobs, changeJobs } from '../commands/change.ts';
import type { FleetAction, FleetCall } from './action.ts';
import { askHosts, callOn, type Replies, sayMissing, widthOfHosts } from './ask.ts';
import { sayUnknown } from './unknown.ts';

export const start = change('start', ['wait']);
export const stop = change('stop', ['wait', 'force']);
export const reload = change('reload', []);

function change(name: Change, options: FleetAction['options']): FleetAction {
  return {
    ...{ words: 'JOB..', least: 1, most: Number.POSITIVE_INFINITY, options },
    async run(given) {
      const { call } = given;
      const asked = await changeOn(name, given, given.hosts);
      if (call.options.json === true) call.print.json({ jobs: jobsOf(asked), missing: asked.missing });
      const words = asked.replies.map(({ value }) => value.unknown);
      const exits = asked.replies.map(({ value }) => value.exit);
      return Math.max(...exits, sayUnknown(words, call), sayMissing(asked, call));
    },
  };
}

/**
 * Changes the jobs on these hosts, and prints what becomes of each behind the name of its host. A start of a job with a lease is done on a host
 * when the job runs there, or when another host has the lease.
 */
export function changeOn(name: Change, given: FleetCall, hosts: FleetCall['hosts']): Promise<Replies<ChangedJobs>> {
  const width = widthOfHosts(given);
  const leavesLeases = name === 'start';
  return askHosts({ ...given, hosts }, (client, host) =>
    changeJobs(name, callOn(given.call, client, host, width), { leavesLeases }),
  );
}

/** As `--json` has them. */
export const jobsOf = ({ replies }: Replies<ChangedJobs>) =>
  replies.flatMap(({ host, value }) => value.statuses.map((status) => ({ host, ...status })));
