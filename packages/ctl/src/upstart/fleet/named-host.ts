/** Actions on one host, which is a word rather than chosen by `--on`. */
import { UsageError } from '@upstart/common';
import type { HostRecord } from '../../cluster/load.ts';
import type { FleetCall } from './action.ts';

/** The host that is named. Throws UsageError. */
export function namedHost({ call, fleet }: FleetCall): HostRecord {
  const [host = ''] = call.words;
  if ((call.options.on ?? []).length > 0) throw new UsageError('--on does not belong here: the host is a word');
  return fleet.known(host);
}
