/** `upstart sessions`: the output of `initctl list-sessions`. */
import { sessionsOf } from '../../commands/list-sessions.ts';
import { EXIT, frontCommand, JSON_OPTION } from '../command.ts';

export const sessions = frontCommand({
  name: 'sessions',
  words: '',
  wordKind: 'none',
  summary: 'List your session inits: process id and address of each.',
  options: JSON_OPTION,
  examples: [['sessions', 'prints `4711 unix:abstract=/com/ubuntu/upstart-session/1000/4711`, or the like, for each']],
  isLocal: () => true,
  async run({ context, options, print }) {
    const found = sessionsOf(context.env, print);
    if (options.json === true && found !== null) print.json(found.map(({ pid, address }) => ({ pid, address })));
    else for (const { pid, address } of found ?? []) print.line(`${pid} ${address}`);
    return found === null ? EXIT.failed : EXIT.done;
  },
});
