/** A host that does not come back leaves nothing on the servers: its entry in the list, how far it was with events, and that it is drained. */
import type { NatsConnection } from '@nats-io/transport-node';
import type { ClusterConf } from '../conf/cluster-conf.ts';
import { removeConsumer } from '../events/consumer.ts';
import { Hosts } from '../hosts/hosts.ts';
import { Drains } from '../lease/drains.ts';
import { Subjects } from '../subjects/subjects.ts';

/** A place of a lease is left to its time. The entry comes last, so that what fails can be done again. Rejects with the error of the servers. */
export async function forgetHost(nats: NatsConnection, conf: ClusterConf, host: string): Promise<void> {
  await removeConsumer(nats, new Subjects(conf.cluster), host);
  const drains = await Drains.open(nats, conf);
  const { drained } = await drains.look();
  if (drained.some((one) => one.host === host)) await drains.undrain(host);
  await (await Hosts.open(nats, conf)).remove(host);
}
