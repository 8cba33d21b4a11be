/** Shows the jobs of a session that stays when the showing ends. */
import type { UpstartClient } from '@upstart/protocol';
import { type Call, EXIT } from '../command.ts';
import { Interrupts } from './interrupts.ts';
import type { View } from './view.ts';
import { type Ports, startedText, Watching } from './watching.ts';

/** The last lines of each log that are shown first. */
export const SHOWN_LINES = 10;

/** Resolves with the exit status after an interrupt, or when the session has ended. */
export async function attachTo(
  { client }: { client: UpstartClient },
  view: View,
  ports: Ports,
  { context }: Call,
): Promise<number> {
  const watching = new Watching(client, view, ports, { endsWith: {}, onFailure: false, whenIdle: false });
  const showAll = async (): Promise<void> => {
    for (const { job, instances } of await client.call('list', {}))
      for (const instance of instances)
        if (view.shows(job) && instance.state === 'running') view.note(job, startedText(instance, ports[job]));
    await view.follow(client, SHOWN_LINES);
  };
  const interrupts = new Interrupts(context, 2, () => {});
  const { by } = await watching.run(interrupts.first, showAll);
  interrupts.close();
  await watching.shown();
  view.close();
  view.say(by === 'session' ? 'the session has ended' : 'detached; `upstart down` stops the session');
  return EXIT.done;
}
