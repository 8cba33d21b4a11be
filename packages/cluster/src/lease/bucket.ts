/** The bucket with the leases of a cluster, and with the hosts that are drained of them. */
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ClusterConf } from '../conf/cluster-conf.ts';
import { copies } from '../connection/copies.ts';
import { Subjects } from '../subjects/subjects.ts';

/** Bytes of a record at most. */
const MAX_RECORD_BYTES = 1024;

/** It is made if it is not there. */
export async function openLeaseBucket(nats: NatsConnection, conf: ClusterConf): Promise<KV> {
  const options = { history: 1, replicas: copies(nats, conf), maxValueSize: MAX_RECORD_BYTES };
  return await new Kvm(nats).create(new Subjects(conf.cluster).leases, options);
}
