/** The interface of an instance, at `…/jobs/JOB/INSTANCE` (reference: dbus §3.3, §4). */
import type { InstanceStatus, UpstartClient } from '@upstart/protocol';
import type { Value } from '../wire/message.ts';
import { type Arg, type Interface, Later } from './table.ts';

/** An instance of the job `job` as it was when it was looked up. */
export interface FoundInstance extends InstanceStatus {
  readonly job: string;
}

const WAIT: readonly Arg[] = [['wait', 'b']];

/** Changes the instance, which keeps its environment. */
function change(
  method: 'start' | 'stop' | 'restart',
  { job, name }: FoundInstance,
  [wait]: readonly Value[],
  client: UpstartClient,
) {
  const done = client.call(method, { job, instance: name, wait: wait as boolean }).then(() => []);
  return wait ? new Later(done) : done;
}

export const instanceInterface: Interface<FoundInstance> = {
  name: 'com.ubuntu.Upstart0_6.Instance',
  methods: {
    Start: { in: WAIT, call: (instance, args, client) => change('start', instance, args, client) },
    Stop: { in: WAIT, call: (instance, args, client) => change('stop', instance, args, client) },
    Restart: { in: WAIT, call: (instance, args, client) => change('restart', instance, args, client) },
    Reload: {
      call: async ({ job, name }, _, client) => {
        await client.call('reload', { job, instance: name });
        return [];
      },
    },
  },
  signals: { GoalChanged: [['goal', 's']], StateChanged: [['state', 's']], Failed: [['status', 'i']] },
  properties: {
    name: { type: 's', get: ({ name }) => name },
    goal: { type: 's', get: ({ goal }) => goal },
    state: { type: 's', get: ({ state }) => state },
    processes: { type: 'a(si)', get: ({ processes }) => processes.map(({ slot, pid }) => [slot, pid]) },
  },
};
