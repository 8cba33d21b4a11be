/** `upstart fleet`: the jobs of all hosts of the cluster. */
import { type Call, frontCommand, JSON_OPTION } from '../command.ts';
import { ACTION_NAMES, type FleetOptions, PARTIAL, QUESTION_S } from '../fleet/action.ts';

export const fleet = frontCommand({
  name: 'fleet',
  words: '<ACTION> [JOB..]',
  wordKind: 'job',
  firstWords: ACTION_NAMES,
  wordKindsBehind: { drain: 'host', undrain: 'host', forget: 'host', hosts: 'none', events: 'none' },
  summary: `See and change the jobs of all hosts of the cluster: ${ACTION_NAMES.join(', ')}. The last three take the name of a host. Hosts without an answer are named, and the exit status is ${PARTIAL}.`,
  options: {
    on: {
      type: 'string',
      array: true,
      nargs: 1,
      requiresArg: true,
      describe: 'HOST or LABEL=VALUE: only on these hosts',
      wordKind: 'host-or-label',
    },
    failed: { type: 'boolean', describe: 'for ps: only what is broken, has failed, flaps or is unhealthy' },
    timeout: {
      type: 'string',
      requiresArg: true,
      describe: `wait for so many seconds at most; without it ${QUESTION_S} for an answer, and for a change as long as it takes`,
    },
    wait: {
      type: 'boolean',
      describe: 'for start, stop, restart: wait until it is done, as they do; --no-wait: do not',
    },
    force: { type: 'boolean', describe: 'for stop: end hooks that hang, too' },
    batch: {
      type: 'string',
      requiresArg: true,
      describe: 'for restart: on so many hosts at a time, one batch after the other',
    },
    'wait-ready': {
      type: 'boolean',
      describe: 'for restart: a host is done when its jobs are ready, and have stayed well for a second',
    },
    'stop-on-failure': {
      type: 'boolean',
      describe: 'for restart: leave the other batches alone when a host has failed',
    },
    follow: { type: 'boolean', alias: 'f', describe: 'for logs and events: show what comes, until interrupted' },
    lines: {
      type: 'string',
      alias: 'n',
      requiresArg: true,
      describe: 'for logs and events: show so many of the last lines',
    },
    since: {
      type: 'string',
      requiresArg: true,
      describe: 'for logs and events: show what is not older: 10m, 2h, 1d, or a time',
    },
    grep: { type: 'string', requiresArg: true, describe: 'for logs: show lines that match this regular expression' },
    brief: {
      type: 'boolean',
      conflicts: 'json',
      describe: 'for hosts: their names and labels alone, one host a line; none is asked',
    },
    ...JSON_OPTION,
  },
  examples: [
    ['fleet ps', 'shows the jobs of all hosts'],
    ['fleet ps --failed --on zone=eu', 'shows what has gone wrong on hosts with that label'],
    ['fleet restart web --batch 2 --wait-ready --stop-on-failure', 'restarts it on two hosts at a time'],
    ['fleet logs -f web', 'shows what web outputs on all hosts, as it comes'],
    ['fleet logs --since 10m --grep error', 'shows the lines with an error of the last ten minutes, of all hosts'],
    ['fleet drain web1', 'hands the leases of web1 over to other hosts'],
    ['fleet explain web', 'what web waits for, or why it failed, on each host that has it'],
  ],
  isLocal: () => true,
  async run(call: Call<FleetOptions>) {
    // A file of its own: neither init nor other commands load it.
    const { runFleet } = await import('../fleet/run-fleet.ts');
    return await runFleet(call);
  },
});
