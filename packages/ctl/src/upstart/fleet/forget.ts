/** `upstart fleet forget`: a host that does not come back is removed from the cluster. */
import { EXIT } from '../command.ts';
import type { FleetAction, FleetCall } from './action.ts';
import { askHosts } from './ask.ts';
import { namedHost } from './named-host.ts';

export const forget: FleetAction = { ...{ words: 'HOST', least: 1, most: 1, options: [] }, run: forgetHost };

async function forgetHost(given: FleetCall): Promise<number> {
  const { call, fleet } = given;
  const record = namedHost(given);
  const { host } = record;
  const asked = record.fleet === 'off' ? [] : [record];
  const { replies } = await askHosts({ fleet, hosts: asked }, (client) => client.call('version', {}));
  if (replies.length > 0) {
    call.print.failure(
      `${host} answers, so it would enter the list of hosts again: end its init, or remove its cluster.conf`,
    );
    return EXIT.failed;
  }
  await fleet.forget(host);
  if (call.options.json === true) call.print.json({ host, forgotten: true });
  else call.print.line(`${host} is no host of the cluster ${fleet.conf.cluster} any more`);
  return EXIT.done;
}
