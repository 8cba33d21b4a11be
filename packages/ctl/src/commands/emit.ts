/** `emit` (reference: control §3). */
import { type Command, NO_WAIT } from '../command.ts';
import { UsageError } from '../options.ts';

export const emit: Command = {
  name: 'emit',
  group: 'Event',
  synopsis: 'Emit an event.',
  usage: 'EVENT [KEY=VALUE]...',
  options: [NO_WAIT('event to finish')],
  help: 'EVENT is the name of an event that the init daemon is to emit. KEY=VALUE pairs are its environment, which jobs that the event starts or stops get as well.',
  async run({ args: [name, ...env], options, connect }) {
    if (name === undefined) throw new UsageError('missing event name');
    await (await connect()).call('emit', { name, env, wait: options['no-wait'] !== true });
    return 0;
  },
};
