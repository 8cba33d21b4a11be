/** `reload`: the reload signal to a job's main process (reference: control §3.2). */
import { type Command, targetOf } from '../command.ts';
import { noteOldDefinition } from '../hints.ts';

export const reload: Command = {
  name: 'reload',
  group: 'Job',
  synopsis: 'Send HUP signal to job.',
  usage: 'JOB [KEY=VALUE]...',
  wordKind: 'running-job',
  options: [],
  help: "JOB is the name of the job whose main process is to get the job's reload signal, which is HUP unless the job says otherwise.",
  async run(invocation) {
    const { target } = targetOf(invocation);
    const client = await invocation.connect();
    await client.call('reload', target);
    if (invocation.print.hinting) await noteOldDefinition(target, client, invocation.print);
    return 0;
  },
};
