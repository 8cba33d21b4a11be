/** `upstart sessions`: the output of `initctl list-sessions`, and the folders of projects. */
import { projectOf } from '@upstart/protocol';
import { sessionsOf } from '../../commands/list-sessions.ts';
import { EXIT, frontCommand, JSON_OPTION } from '../command.ts';

export const sessions = frontCommand({
  name: 'sessions',
  words: '',
  wordKind: 'none',
  summary: 'List your session inits: process id and address of each, and the folder of a project.',
  options: JSON_OPTION,
  examples: [['sessions', 'prints `4711 unix:abstract=/com/ubuntu/upstart-session/1000/4711`, or the like, for each']],
  isLocal: () => true,
  async run({ context, options, print }) {
    const found = sessionsOf(context.env, print);
    const rows = (found ?? []).map((session) => ({
      pid: session.pid,
      address: session.address,
      project: projectOf(session),
    }));
    if (options.json === true && found !== null) print.json(rows);
    else for (const { pid, address, project } of rows) print.line(`${pid} ${address}${project ? ` ${project}` : ''}`);
    return found === null ? EXIT.failed : EXIT.done;
  },
});
