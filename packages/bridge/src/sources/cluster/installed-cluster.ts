/** Takes the place of `@upstart/cluster` in the build. */
import { installedModule } from '@upstart/protocol/installed-module';

const cluster = installedModule<typeof import('@upstart/cluster')>('cluster.cjs');
if (cluster === null) throw new Error('The installation has changed meanwhile; try again');

export const {
  ClusterConfError,
  ClusterConnection,
  EventReceiver,
  FleetAgent,
  Hosts,
  openStream,
  publishEvent,
  readClusterConf,
  startLeases,
  watchDrain,
} = cluster;
