/** `usage` (reference: control §3). */
import { type Command, JSON_OUTPUT, targetOf } from '../command.ts';

export const usage: Command = {
  name: 'usage',
  group: 'Other',
  synopsis: 'Show job usage message if available.',
  usage: 'JOB',
  wordKind: 'job',
  most: 1,
  options: [JSON_OUTPUT],
  help: 'JOB is the name of the job whose usage is output: the KEY=VALUE pairs that it takes.',
  async run(invocation) {
    const { options, print } = invocation;
    const { job } = targetOf(invocation).target;
    const [config] = await (await invocation.connect()).call('config', { job });
    const text = config?.usage ?? null;
    if (options.json === true) print.json({ job, usage: text });
    else print.line(`Usage: ${text ?? ''}`);
    return 0;
  },
};
