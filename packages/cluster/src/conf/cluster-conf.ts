/** What `cluster.conf` says: where the NATS servers are, who this host is there, and what it sends and takes. */

import type { FleetAccess } from '@upstart/common';

/** The names of hosts, clusters and labels, which are parts of subjects. */
export const NAME = /^[A-Za-z0-9_-]{1,63}$/;
/** Values of labels. */
export const LABEL_VALUE = /^[A-Za-z0-9_.-]{1,63}$/;
export const MAX_SERVERS = 16;
export const MAX_LABELS = 32;
export const MAX_PATTERNS = 64;
/** The label that every host has: its name. */
export const HOST_LABEL = 'host';

/** Labels of a host, with `HOST_LABEL`. */
export type Labels = Readonly<Record<string, string>>;

/** The certificates of TLS, as paths. */
export interface ClusterTls {
  /** The authorities that servers are checked against; null: those of the system. */
  readonly ca: string | null;
  /** This host's own certificate and key; both or neither. */
  readonly cert: string | null;
  readonly key: string | null;
}

export interface ClusterConf {
  /** The file. */
  readonly path: string;
  /** `nats://HOST:PORT` or `tls://HOST:PORT`; at least one. */
  readonly servers: readonly string[];
  /** The credentials file (JWT and NKey seed), as a path. */
  readonly creds: string | null;
  /** The file with the NKey seed. */
  readonly nkey: string | null;
  readonly tls: ClusterTls;
  readonly host: string;
  /** The name of the cluster: clusters with different names share servers and see nothing of each other. */
  readonly cluster: string;
  readonly labels: Labels;
  /** Patterns of the names of events that this host sends, and of those that it takes. */
  readonly emit: readonly string[];
  readonly receive: readonly string[];
  /** How long an event is kept for hosts that are off, in seconds. */
  readonly keepS: number;
  /** How long a lease lasts that its host does not renew, in milliseconds. */
  readonly leaseTtlMs: number;
  /** Copies of what the servers keep; null: three where the servers are a cluster, else one. */
  readonly replicas: number | null;
  /** What other hosts may ask of this one. */
  readonly fleet: FleetAccess;
}

/** The file is missing or wrong. `complaints` begin with `PATH:LINE: ` where a line is at fault. */
export class ClusterConfError extends Error {
  override name = 'ClusterConfError';
  readonly complaints: readonly string[];
  /** There is no such file: this host is in no cluster. */
  readonly isMissing: boolean;

  constructor(complaints: readonly string[], isMissing = false) {
    super(complaints.join('\n'));
    this.complaints = complaints;
    this.isMissing = isMissing;
  }
}
