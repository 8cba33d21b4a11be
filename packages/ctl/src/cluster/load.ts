/** The cluster (`packages/cluster`), a file of its own: only a command that goes over it loads it, and its client of NATS. */
export type Cluster = typeof import('@upstart/cluster');

export const loadCluster = (): Promise<Cluster> => import('@upstart/cluster');

export type { ClusterConf, FleetQuestion, HostAnswer, HostRecord, OutgoingEvent } from '@upstart/cluster';
