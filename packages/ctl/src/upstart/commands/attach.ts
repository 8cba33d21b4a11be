/** `upstart attach`: the output of a project that runs in the background. */
import { EXIT, frontCommand } from '../command.ts';
import { meantJobs } from '../jobs.ts';
import { attachTo } from '../project/attach-to.ts';
import { loadProject } from '../project/project.ts';
import { connectTo } from '../project/session.ts';
import { View } from '../project/view.ts';
import { sessionFor } from './down.ts';

export const attach = frontCommand({
  name: 'attach',
  words: '[JOB..]',
  wordKind: 'job',
  summary: 'Show what the services of this folder output, and what happens to them, until Ctrl-C; they stay.',
  options: {},
  examples: [
    ['attach', 'shows all services that run here'],
    ["attach web 'worker*'", 'shows some of them'],
  ],
  isLocal: () => true,
  async run(call) {
    const { state, session } = sessionFor('.', call);
    const client = await connectTo(session);
    try {
      const { jobs, unknown } = await meantJobs(client, call.words.length > 0 ? call.words : ['*']);
      for (const { text } of unknown) call.print.failure(text);
      if (unknown.length > 0) return EXIT.unknown;
      const names = jobs.map(({ job }) => job);
      return await attachTo({ client }, new View(call, names), await portsOf(state.project, call.context.env), call);
    } finally {
      client.close();
    }
  },
});

/** The ports as the project's file has them now; none where it cannot be read any more. */
async function portsOf(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Readonly<Record<string, readonly number[]>>> {
  try {
    return (await loadProject(folder, { env, profiles: [], port: undefined })).translation.ports;
  } catch {
    return {};
  }
}
