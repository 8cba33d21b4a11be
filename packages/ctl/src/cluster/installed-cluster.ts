/** Takes the place of `@upstart/cluster` in the build. */
import { installedModule } from '@upstart/protocol/installed-module';
import type { Cluster } from './load.ts';

const cluster = installedModule<Cluster>('cluster.cjs');
if (cluster === null) throw new Error('The installation has changed meanwhile; try again');

export const {
  checkOutgoing,
  ClusterConnection,
  collectAnswers,
  Drains,
  FleetAsker,
  FleetError,
  forgetHost,
  Hosts,
  hasLabels,
  openStream,
  parseLabels,
  publishEvent,
  readClusterConf,
} = cluster;
