/** `upstart down`: ends the session of a project. */
import { type Call, EXIT, frontCommand } from '../command.ts';
import { stopProject } from '../project/bring-up.ts';
import { Interrupts } from '../project/interrupts.ts';
import { connectTo, stateAround } from '../project/session.ts';
import type { ProjectSession, StateFolder } from '../project/state-folder.ts';

export const down = frontCommand({
  name: 'down',
  words: '[DIR]',
  wordKind: 'folder',
  summary:
    'Stop what `upstart up` has started in this folder, in order, and end its session. Ctrl-C kills what still runs.',
  options: {},
  examples: [
    ['down', 'stops the session of this folder, or of the nearest one above'],
    ['down ../shop', 'stops that of another folder'],
  ],
  isLocal: () => true,
  async run(call) {
    const { state, session } = sessionFor(call.words[0] ?? '.', call);
    const client = await connectTo(session);
    const interrupts = new Interrupts(call.context, 1, () => call.print.notice('killing'));
    try {
      await stopProject(client, session, state, interrupts.kill);
    } finally {
      interrupts.close();
      client.close();
    }
    state.end();
    return EXIT.done;
  },
});

/** The session of the project around a folder. Throws where there is none. */
export function sessionFor(folder: string, { context }: Call): { state: StateFolder; session: ProjectSession } {
  const state = stateAround(folder, context.env);
  const session = state?.liveSession() ?? null;
  if (state === null || session === null) throw new Error('nothing runs in this folder; `upstart up` starts it');
  return { state, session };
}
