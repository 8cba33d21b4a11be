/** `upstart sessions`: the output of `initctl list-sessions`. */
import { listSessions } from '../../commands/list-sessions.ts';
import { asInvocation, type FrontCommand } from '../command.ts';

export const sessions: FrontCommand = {
  name: 'sessions',
  words: '',
  summary: 'List your session inits: process id and address of each.',
  options: {},
  examples: [['sessions', 'prints `4711 unix:path=…` for each']],
  isLocal: () => true,
  run: (call) => listSessions.run(asInvocation(call, {})),
};
