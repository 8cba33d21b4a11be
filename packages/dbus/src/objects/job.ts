/** The interface of a job, at `…/jobs/JOB` (reference: dbus §3.2, §4). */
import type { Condition } from '@upstart/common';
import type { JobConfig, UpstartClient } from '@upstart/protocol';
import { codeOf, invalidArgs, unknownInstance } from '../errors.ts';
import type { Value } from '../wire/message.ts';
import { instancePath } from './paths.ts';
import { type Arg, type Interface, Later } from './table.ts';

const ENV_AND_WAIT: readonly Arg[] = [
  ['env', 'as'],
  ['wait', 'b'],
];
const INSTANCE: readonly Arg[] = [['instance', 'o']];

/** A condition in reverse Polish notation: each event with its arguments, each operator by itself. */
export function reversePolish(condition: Condition | null): string[][] {
  if (condition === null) return [];
  if (condition.op === 'event') return [[condition.name, ...condition.args]];
  return [...reversePolish(condition.left), ...reversePolish(condition.right), [`/${condition.op.toUpperCase()}`]];
}

/** The paths of the instances that there are of a job. */
export async function instanceNames(job: string, client: UpstartClient): Promise<string[]> {
  const [found] = await client.call('list', { job });
  return found?.instances.map(({ name }) => name) ?? [];
}

/** The error without the usage text of the job, which the daemon adds for the command `stop`, but `Stop` does not have. */
function withoutUsage(error: unknown, { usage }: JobConfig): unknown {
  if (codeOf(error) !== 'expansion-failed') return error;
  const { message } = error as Error;
  const text = `\nUsage: ${usage}`;
  return message.endsWith(text) ? invalidArgs(message.slice(0, -text.length)) : error;
}

/** Starts, stops or restarts what `env` says, and answers with the path of the instance. */
function change(method: 'start' | 'restart', { job }: JobConfig, args: readonly Value[], client: UpstartClient) {
  const [env, wait] = args as [string[], boolean];
  const done = client.call(method, { job, env, wait }).then(({ instance }) => [instancePath(job, instance)]);
  return wait ? new Later(done) : done;
}

function stop(config: JobConfig, args: readonly Value[], client: UpstartClient) {
  const [env, wait] = args as [string[], boolean];
  const done = client.call('stop', { job: config.job, env, wait }).then(
    () => [],
    (error) => {
      throw withoutUsage(error, config);
    },
  );
  return wait ? new Later(done) : done;
}

export const jobInterface: Interface<JobConfig> = {
  name: 'com.ubuntu.Upstart0_6.Job',
  methods: {
    GetInstance: {
      in: [['env', 'as']],
      out: INSTANCE,
      call: async ({ job }, [env], client) => {
        const { instances } = await client.call('status', { job, env: env as string[] });
        const [instance] = instances;
        if (!instance) throw unknownInstance('');
        return [instancePath(job, instance.name)];
      },
    },
    GetInstanceByName: {
      in: [['name', 's']],
      out: INSTANCE,
      call: async ({ job }, [name], client) => {
        const instance = name as string;
        await client.call('status', { job, instance });
        return [instancePath(job, instance)];
      },
    },
    GetAllInstances: {
      out: [['instances', 'ao']],
      call: async ({ job }, _, client) => [(await instanceNames(job, client)).map((name) => instancePath(job, name))],
    },
    Start: { in: ENV_AND_WAIT, out: INSTANCE, call: (job, args, client) => change('start', job, args, client) },
    Stop: { in: ENV_AND_WAIT, call: (job, args, client) => stop(job, args, client) },
    Restart: { in: ENV_AND_WAIT, out: INSTANCE, call: (job, args, client) => change('restart', job, args, client) },
  },
  signals: { InstanceAdded: INSTANCE, InstanceRemoved: INSTANCE },
  properties: {
    name: { type: 's', get: ({ job }) => job },
    description: { type: 's', get: ({ description }) => description },
    author: { type: 's', get: ({ author }) => author },
    version: { type: 's', get: ({ version }) => version },
    usage: { type: 's', get: ({ usage }) => usage ?? '' },
    start_on: { type: 'aas', get: ({ startOn }) => reversePolish(startOn) },
    stop_on: { type: 'aas', get: ({ stopOn }) => reversePolish(stopOn) },
    emits: { type: 'as', get: ({ emits }) => emits },
  },
};
