/** `upstart top`: a screen of all jobs, which changes them, too. */

import { dirname } from 'node:path';
import { VERSION } from '@upstart/common';
import { type AddressEnv, controlSocket, findSessions, projectOf, type Scope } from '@upstart/protocol';
import { loadScreen } from '../../dashboard/load.ts';
import { EXIT, frontCommand } from '../command.ts';

export const top = frontCommand({
  name: 'top',
  words: '',
  wordKind: 'none',
  summary:
    'Show all jobs on a screen that stays up to date: sorted, searched, with the log and the explanation of one; starts, stops and restarts them after a question. Key ? lists the keys.',
  options: {},
  examples: [
    ['top', 'shows all jobs; q leaves it'],
    ['--system top', "shows those of the system's init"],
  ],
  isLocal: () => true,
  async run({ context, scope, session, print }) {
    const { env, terminal } = context;
    const warn = (text: string): void => print.failure(text);
    const why = terminal.out ? dumb(env.TERM) : 'standard output is none';
    if (why !== null) {
      warn(noScreen(why));
      return EXIT.failed;
    }
    const what = session ? sessionName(scope, env) : 'system';
    return loadScreen().runScreen({
      ...{ title: `upstart ${VERSION}, ${what}`, colour: print.colour, scope, env },
      connect: () => context.connect(scope),
      ...{ warn, noKeys: noScreen('standard input is none') },
    });
  },
});

/** The project's folder, or the pid of its init; of a session that is not announced its folder. */
function sessionName(scope: Scope, env: AddressEnv): string {
  const folder = dirname(controlSocket(scope, env));
  const found = findSessions(env).find((session) => session.folder === folder);
  return found === undefined ? `session in ${folder}` : (projectOf(found) ?? `session ${found.pid}`);
}

const noScreen = (why: string): string =>
  `top needs a terminal that can move its cursor, and ${why}; \`upstart ps --watch\` needs none`;

/** Why a terminal of this name cannot show a screen; null: it can. */
function dumb(name: string | undefined): string | null {
  if (name === undefined || name === '') return 'TERM is not set';
  return name === 'dumb' ? 'TERM is dumb' : null;
}
