/** The interface of init itself, at `/com/ubuntu/Upstart` (reference: dbus §3.1, §4, §8). */
import type { EnvTarget, UpstartClient } from '@upstart/protocol';
import { invalidArgs, notSupported, unknownJobInstance } from '../errors.ts';
import type { Value } from '../wire/message.ts';
import { jobPath } from './paths.ts';
import { type Arg, type Interface, Later } from './table.ts';

export const MANAGER_INTERFACE = 'com.ubuntu.Upstart0_6';

const JOB: Arg = ['job_details', 'as'];
const EVENT: readonly Arg[] = [
  ['name', 's'],
  ['env', 'as'],
  ['wait', 'b'],
];
const NOTHING: readonly Value[] = [];

/** The table of variables that is meant: everybody's, or that of an instance. */
async function envTarget(details: Value, client: UpstartClient): Promise<EnvTarget> {
  const [job, instance] = details as string[];
  if (job === undefined) return null;
  if (job === '') throw invalidArgs('Job may not be empty string');
  if (instance !== undefined) return { job, instance };
  await client.call('config', { job });
  throw unknownJobInstance('(null)', job);
}

export const manager: Interface<null> = {
  name: MANAGER_INTERFACE,
  methods: {
    ReloadConfiguration: {
      call: async (_, __, client) => {
        await client.call('reloadConfiguration', {});
        return NOTHING;
      },
    },
    GetJobByName: {
      in: [['name', 's']],
      out: [['job', 'o']],
      call: async (_, [name], client) => {
        const job = name as string;
        await client.call('config', { job });
        return [jobPath(job)];
      },
    },
    GetAllJobs: {
      out: [['jobs', 'ao']],
      call: async (_, __, client) => [(await client.call('list', {})).map(({ job }) => jobPath(job))],
    },
    GetState: {
      out: [['state', 's']],
      call: () => {
        throw notSupported('The state of init is not available over D-Bus');
      },
    },
    Restart: {
      // The connection ends before there is an answer.
      call: (_, __, client) => new Later(client.call('reexecute', {}).then(() => NOTHING)),
    },
    GetEnv: {
      in: [JOB, ['name', 's']],
      out: [['value', 's']],
      call: async (_, [job, name], client) => {
        const target = await envTarget(job as Value, client);
        return [await client.call('getEnv', { target, name: name as string })];
      },
    },
    SetEnv: {
      in: [JOB, ['var', 's'], ['replace', 'b']],
      call: (_, [job, variable, replace], client) => setEnv(client, job, [variable as string], replace),
    },
    SetEnvList: {
      in: [JOB, ['vars', 'as'], ['replace', 'b']],
      call: (_, [job, vars, replace], client) => setEnv(client, job, vars as string[], replace),
    },
    UnsetEnv: {
      in: [JOB, ['name', 's']],
      call: (_, [job, name], client) => unsetEnv(client, job, [name as string]),
    },
    UnsetEnvList: {
      in: [JOB, ['name', 'as']],
      call: (_, [job, names], client) => unsetEnv(client, job, names as string[]),
    },
    ListEnv: {
      in: [JOB],
      out: [['env', 'as']],
      call: async (_, [job], client) => {
        const target = await envTarget(job as Value, client);
        return [await client.call('listEnv', { target })];
      },
    },
    ResetEnv: {
      in: [JOB],
      call: async (_, [job], client) => {
        await client.call('resetEnv', { target: await envTarget(job as Value, client) });
        return NOTHING;
      },
    },
    EmitEvent: {
      in: EVENT,
      call: (_, [name, env, wait], client) => {
        const event = { name: name as string, env: env as string[], wait: wait as boolean };
        const emitted = client.call('emit', event).then(() => NOTHING);
        return wait ? new Later(emitted) : emitted;
      },
    },
    EmitEventWithFile: {
      in: [...EVENT, ['file', 'h']],
      call: (_, [name, env, wait, file], client) => {
        const event = { name: name as string, env: env as string[], wait: wait as boolean };
        const emitted = client.emitWithFile(event, file as number).then(() => NOTHING);
        return wait ? new Later(emitted) : emitted;
      },
    },
    NotifyDiskWriteable: {
      call: async (_, __, client) => {
        await client.call('notifyDiskWriteable', {});
        return NOTHING;
      },
    },
    NotifyDBusAddress: {
      in: [['address', 's']],
      call: async (_, [address], client) => {
        await client.call('notifyDBusAddress', { address: address as string });
        return NOTHING;
      },
    },
    NotifyCGroupManagerAddress: {
      in: [['address', 's']],
      call: async (_, [address], client) => {
        await client.call('notifyCGroupManagerAddress', { address: address as string });
        return NOTHING;
      },
    },
    EndSession: {
      call: async (_, __, client) => {
        await client.call('endSession', {});
        return NOTHING;
      },
    },
  },
  signals: {
    JobAdded: [['job', 'o']],
    JobRemoved: [['job', 'o']],
    EventEmitted: [
      ['name', 's'],
      ['env', 'as'],
    ],
    Restarted: [],
  },
  properties: {
    version: { type: 's', get: (_, client) => client.call('version', {}) },
    log_priority: {
      type: 's',
      get: (_, client) => client.call('getLogPriority', {}),
      set: async (_, priority, client) => {
        await client.call('setLogPriority', { priority: priority as string });
      },
    },
  },
};

async function setEnv(
  client: UpstartClient,
  job: Value | undefined,
  vars: string[],
  replace: Value | undefined,
): Promise<readonly Value[]> {
  const target = await envTarget(job as Value, client);
  await client.call('setEnv', { target, vars, replace: replace as boolean });
  return NOTHING;
}

async function unsetEnv(client: UpstartClient, job: Value | undefined, names: string[]): Promise<readonly Value[]> {
  await client.call('unsetEnv', { target: await envTarget(job as Value, client), names });
  return NOTHING;
}
