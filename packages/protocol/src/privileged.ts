import type { Method } from './messages.ts';

/**
 * Methods that change something and what a refusal calls them: `You do not have permission to …`. Everything
 * that is not listed may be asked by anyone on the machine (reference: control §5).
 */
export const PRIVILEGED: Partial<Record<Method, string>> = {
  start: 'start job',
  stop: 'stop job',
  restart: 'restart job',
  reload: 'reload job',
  kill: 'signal job',
  emit: 'emit an event',
  reloadConfiguration: 'reload configuration',
  setLogPriority: 'set log priority',
  getEnv: 'query job environment',
  listEnv: 'query job environment',
  setEnv: 'modify job environment',
  unsetEnv: 'modify job environment',
  resetEnv: 'modify job environment',
  notifyDiskWriteable: 'notify disk is writeable',
  notifyDBusAddress: 'notify D-Bus address',
  notifyCGroupManagerAddress: 'notify cgroup manager address',
  history: 'read the history',
  listen: 'listen for jobs',
  awaitConnection: 'listen for jobs',
  grantLease: 'manage leases',
  outgoing: 'send events to the cluster',
  outgoingSent: 'send events to the cluster',
  endLease: 'manage leases',
  tellLeaseHolder: 'manage leases',
  registerSources: 'register event sources',
  registerLogShipper: 'register the log shipper',
  endSession: 'end session',
  reexecute: 'request restart',
};
