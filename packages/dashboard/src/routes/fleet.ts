/** The fleet: the hosts of the cluster and their jobs. */
import { LIST } from './components.ts';
import { type Route, route } from './route.ts';

export const FLEET: readonly Route[] = [
  route({
    method: 'get',
    path: '/fleet',
    summary:
      'The hosts of the cluster, as `upstart fleet hosts --json` has them; their jobs and leases, as `upstart fleet ps --json` has them; and the hosts that did not answer. 404 where this host is in no cluster.',
    answer: {
      type: 'object',
      properties: { hosts: LIST, jobs: LIST, leases: LIST, missing: LIST },
      required: ['hosts', 'jobs', 'leases', 'missing'],
    },
    async run({ gateway }) {
      const { hosts, jobs, leases, missing } = await gateway.fleet.look();
      return { hosts, jobs, leases, missing };
    },
  }),
];
