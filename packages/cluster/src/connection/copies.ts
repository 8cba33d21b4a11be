/** How many servers keep a copy of a stream or bucket. */
import type { NatsConnection } from '@nats-io/transport-node';
import type { ClusterConf } from '../conf/cluster-conf.ts';

/** So many survive the loss of one. */
const IN_CLUSTER = 3;

/** As `cluster.conf` says; else by the servers: a cluster of them names itself when it greets. */
export function copies(nats: NatsConnection, { replicas }: ClusterConf): number {
  if (replicas !== null) return replicas;
  return nats.info?.cluster === undefined ? 1 : IN_CLUSTER;
}
