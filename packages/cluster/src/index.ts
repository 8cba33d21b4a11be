/**
 * The way to other machines: the settings of this host in its cluster, and the connection to the NATS servers that the cluster goes over. A
 * file of its own in the build (`cluster.cjs`), which is loaded by what runs a cluster, and by nothing else.
 */
export { type ClusterConf, ClusterConfError, type Labels } from './conf/cluster-conf.ts';
export { parseClusterConf, readClusterConf } from './conf/read-conf.ts';
export { ClusterConnection, type ConnectionLog, type ContactListener } from './connection/connection.ts';
export { type Answer, collectAnswers, type HostAnswer } from './events/answers.ts';
export { EventError, MAX_VARIABLE_BYTES, type OutgoingEvent } from './events/event.ts';
export { checkOutgoing, publishEvent } from './events/publish.ts';
export { EventReceiver, type ReceivedEvent, type TakeEvent } from './events/receiver.ts';
export { openStream } from './events/stream.ts';
export { FleetAgent } from './fleet/agent.ts';
export { FleetAsker, FleetError, type FleetQuestion, type FleetReader } from './fleet/asker.ts';
export { forgetHost } from './fleet/forget.ts';
export type { FleetInit, FleetStream, StreamSink } from './fleet/ports.ts';
export type { FleetFault } from './fleet/reply.ts';
export { type HostRecord, Hosts, hasLabels, parseLabels } from './hosts/hosts.ts';
export { type Drain, Drains, type LeaseHolder, watchDrain } from './lease/drains.ts';
export type { LeaseKeeper } from './lease/keeper.ts';
export type { Granted, LeaseUser, WantedLease } from './lease/ports.ts';
export { startLeases } from './lease/start.ts';
export { isAllowed } from './subjects/event-names.ts';
export { Subjects } from './subjects/subjects.ts';
