/** Small commands to the daemon itself: version, log priority, reloading, notifications (reference: control §3). */

import { UsageError } from '@upstart/common';
import { LOG_PRIORITIES, type Method, type Params } from '@upstart/protocol';
import { type Command, JSON_OUTPUT } from '../command.ts';

export const reloadConfiguration: Command = {
  name: 'reload-configuration',
  group: 'Other',
  synopsis: 'Reload the configuration of the init daemon.',
  usage: '',
  wordKind: 'none',
  most: 0,
  options: [],
  help: 'Files are read anew when they change; this is for file systems that do not tell of changes.',
  async run({ connect }) {
    await (await connect()).call('reloadConfiguration', {});
    return 0;
  },
};

export const version: Command = {
  name: 'version',
  group: 'Other',
  synopsis: 'Request the version of the init daemon.',
  usage: '',
  wordKind: 'none',
  most: 0,
  options: [JSON_OUTPUT],
  help: 'Outputs what runs as the init daemon, which need not be the version of this program.',
  async run({ connect, options, print }) {
    const daemon = await (await connect()).call('version', {});
    if (options.json === true) print.json({ daemon });
    else print.line(daemon);
    return 0;
  },
};

export const logPriority: Command = {
  name: 'log-priority',
  group: 'Other',
  synopsis: 'Change the minimum priority of log messages from the init daemon.',
  usage: '[PRIORITY]',
  wordKind: LOG_PRIORITIES,
  most: 1,
  options: [],
  help: 'PRIORITY is one of debug, info, message, warn, error and fatal. Without it, the current one is output.',
  async run({ args: [priority], connect, print }) {
    const client = await connect();
    if (priority === undefined) print.line(await client.call('getLogPriority', {}));
    else await client.call('setLogPriority', { priority });
    return 0;
  },
};

export const notifyDiskWriteable: Command = {
  name: 'notify-disk-writeable',
  group: 'Other',
  synopsis: 'Inform Upstart that disk is now writeable.',
  usage: '',
  wordKind: 'none',
  most: 0,
  options: [],
  help: 'What jobs have output so far is then written to their logs.',
  async run({ connect }) {
    await (await connect()).call('notifyDiskWriteable', {});
    return 0;
  },
};

type AddressMethod = { [M in Method]: Params<M> extends { address: string } ? M : never }[Method];

function notifyAddress(name: string, synopsis: string, missing: string, method: AddressMethod): Command {
  return {
    name,
    group: 'Other',
    synopsis,
    usage: '',
    wordKind: 'none',
    options: [],
    help: 'The address is the only argument.',
    async run({ args: [address], connect }) {
      if (address === undefined) throw new UsageError(missing);
      await (await connect()).call(method, { address });
      return 0;
    },
  };
}

export const notifyDBusAddress = notifyAddress(
  'notify-dbus-address',
  'Inform Upstart of D-Bus address to connect to.',
  'missing D-Bus address',
  'notifyDBusAddress',
);
export const notifyCGroupManagerAddress = notifyAddress(
  'notify-cgroup-manager-address',
  'Inform Upstart of D-Bus address cgroup manager is available on.',
  'missing address',
  'notifyCGroupManagerAddress',
);
