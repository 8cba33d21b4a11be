/**
 * The way to other machines: the settings of this host in its cluster, and the connection to the NATS servers that the cluster goes over. A
 * file of its own in the build (`cluster.cjs`), which is loaded by what runs a cluster, and by nothing else.
 */
export { type ClusterConf, ClusterConfError, type Labels } from './conf/cluster-conf.ts';
export { KEYS } from './conf/keys.ts';
export { clusterConfPath, parseClusterConf, readClusterConf } from './conf/read-conf.ts';
export { ClusterConnection, type ConnectionLog, type ContactListener } from './connection/connection.ts';
export { MAX_EVENT_BYTES, openStream } from './events/stream.ts';
export { type HostRecord, Hosts, hasLabels, isLabels } from './hosts/hosts.ts';
export type { LeaseKeeper } from './lease/keeper.ts';
export type { Granted, LeaseUser, WantedLease } from './lease/ports.ts';
export { startLeases } from './lease/start.ts';
export { isAllowed, isEventName, MAX_EVENT_NAME } from './subjects/event-names.ts';
export { Subjects } from './subjects/subjects.ts';
