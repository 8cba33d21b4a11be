/** Probes as commands. */
import type { Probe } from '@upstart/job-language';
import { probeAddress } from '@upstart/job-language';
import { shellWord } from '../job-file/words.ts';

/** Null: no command of a usual image does it. */
export function probeCommand(probe: Probe): string | null {
  if (probe.kind === 'exec') return probe.command;
  if (probe.kind === 'http') return `curl -fsS -o /dev/null ${shellWord(probe.url)}`;
  if (probe.kind === 'tcp') {
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(probeAddress(probe)) ?? [];
    return `nc -z ${shellWord(host.replace(/^\[(.*)\]$/, '$1'))} ${port}`;
  }
  return null;
}
