/** `list` (reference: control §3, §3.10). */
import { type Command, JSON_OUTPUT } from '../command.ts';
import { statusLines, statusTable } from '../text/status.ts';

export const list: Command = {
  name: 'list',
  group: 'Job',
  synopsis: 'List known jobs.',
  usage: '',
  wordKind: 'none',
  most: 0,
  options: [JSON_OUTPUT],
  help: 'The known jobs and their current status are output, one line for each instance of a job.',
  async run({ connect, options, print }) {
    const client = await connect();
    if (options.json === true) {
      print.json(await client.call('list', { details: true }));
      return 0;
    }
    const statuses = await client.call('list', {});
    const lines = print.forPeople ? statusTable(statuses, print.colour) : statuses.flatMap(statusLines);
    if (lines.length > 0) print.line(lines.join('\n'));
    return 0;
  },
};
