/** `upstart list`: the output of `initctl list`. */
import { list as initctlList } from '../../commands/list.ts';
import { asInvocation, frontCommand, JSON_OPTION } from '../command.ts';

export const list = frontCommand({
  name: 'list',
  words: '',
  wordKind: 'none',
  summary: 'List the jobs with their states, one line an instance, as initctl does.',
  options: JSON_OPTION,
  examples: [['list', '`ps` tells more']],
  run: (call) => initctlList.run(asInvocation(call, call.options.json === true ? { json: true } : {})),
});
