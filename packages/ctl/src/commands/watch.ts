/** `watch`, and upstart-monitor: events and changes as they happen, one line each. */
import { type Command, JSON_OUTPUT } from '../command.ts';
import { followNotifications } from '../notifications.ts';

export const watch: Command = {
  name: 'watch',
  group: 'Further',
  synopsis: 'Follow events and state changes.',
  usage: '',
  wordKind: 'none',
  most: 0,
  options: [JSON_OUTPUT],
  help: 'Each line has the time and what happened. It continues over a restart of the init daemon, until it is interrupted. With --json each line is a JSON object.',
  local: true,
  run: (invocation) => followNotifications(invocation, { json: invocation.options.json === true }),
};
