/** Leases: places that a cluster of hosts has for instances of jobs (`cluster one`). */

/** The shortest and the longest time that a lease lasts, in milliseconds. */
export const MIN_LEASE_MS = 2000;
export const MAX_LEASE_MS = 3_600_000;

export interface LeaseStatus {
  /** The id by which requests name it; never used twice by one init. */
  lease: number;
  job: string;
  instance: string;
  /** The name that the hosts of the cluster share. */
  name: string;
  /** How many instances may have such a lease at one time. */
  most: number;
  /** Labels of hosts, `KEY=VALUE`: hosts with an earlier one come first. */
  prefer: string[];
  /** `ending`: the job stops, and then gives it back; `over`: it must not be renewed any more. */
  state: 'awaited' | 'held' | 'ending' | 'over';
  /** The fencing token; 0 while it is awaited. */
  token: number;
  /** When another host may take it, in milliseconds of the machine's monotonic clock; 0 while it is awaited. */
  deadlineMs: number;
  /** The host that has it, as far as is known while the job waits for it. */
  heldBy: string | null;
}

export interface LeaseGrant {
  lease: number;
  /** The fencing token, larger than that of any holder before; the same when it is renewed. */
  token: number;
  /** When another host may take it, in milliseconds of the machine's monotonic clock. */
  deadlineMs: number;
  /** How long a lease lasts from the moment on at which its holder asked for it, in milliseconds. */
  ttlMs: number;
  /** The host that had it before, as far as is known; only where it is granted, for the history. */
  from?: string;
}

/** Rows of `Methods`. */
export interface LeaseMethods {
  /** The leases that jobs of this init wait for or have. */
  leases: { params: Record<never, never>; result: LeaseStatus[] };
  /** Grants or renews one: `unknown-lease` if nothing waits for it or has it, `lease-expired` if that is too late. */
  grantLease: { params: LeaseGrant; result: null };
  /** Has the job stop, and wait again: in order (`handOver`), or at once, as another host may have the lease. */
  endLease: { params: { lease: number; handOver: boolean; reason: string }; result: null };
  /** Who has a lease that a job waits for, for explanations. */
  tellLeaseHolder: { params: { lease: number; holder: string | null }; result: null };
}
