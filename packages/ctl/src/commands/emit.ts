/** `emit` (reference: control §3). */

import { UsageError } from '@upstart/common';
import { TimeoutError } from '@upstart/protocol';
import { type Command, lateText, NO_WAIT, origin, TIMEOUT, TIMEOUT_HELP, timeLimit } from '../command.ts';
import { printable } from '../text/colour.ts';

export const emit: Command = {
  name: 'emit',
  group: 'Event',
  synopsis: 'Emit an event.',
  usage: 'EVENT [KEY=VALUE]...',
  wordKind: 'event',
  options: [NO_WAIT('event to finish'), TIMEOUT],
  help: `EVENT is the name of an event that the init daemon is to emit. KEY=VALUE pairs are its environment, which jobs that the event starts or stops get as well. ${TIMEOUT_HELP}`,
  async run({ args: [name, ...env], options, context, connect, print }) {
    if (name === undefined) throw new UsageError('missing event name');
    const wait = options['no-wait'] !== true;
    const limit = timeLimit(options);
    const client = await connect();
    try {
      await client.call('emit', { name, env, wait, ...origin(context) }, limit);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      print.hint(`initctl explain --event ${printable(name)} tells who keeps it from being over`);
      print.failure(lateText(options, `event ${name}`));
      return 1;
    }
    return 0;
  },
};
