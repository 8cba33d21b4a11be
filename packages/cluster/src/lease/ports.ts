/** What a keeper of leases works with: the store that all hosts share, the init of its host, and the time. */
import type { LeaseEntry, LeaseRecord } from './record.ts';

/** The revision of what was written; `conflict`: nothing was, the key has another revision; `unknown`: it may have been, or may be later. */
export type Written = number | 'conflict' | 'unknown';

/**
 * A store with compare-and-set, whose revisions grow over all keys. Each call answers once, and in bounded time.
 */
export interface LeaseStore {
  /** Null: the store cannot be reached. An older entry than the last one does no harm. */
  get(key: string, done: (entry: LeaseEntry | null) => void): void;
  /** Writes the record if the key has this revision; 0: if there is no such key. */
  put(key: string, record: LeaseRecord, revision: number, done: (written: Written) => void): void;
  /** Reports the entries of all keys that begin with `prefix`, and each change of them; some may be lost. The value ends that. */
  watch(prefix: string, changed: (key: string, entry: LeaseEntry) => void): () => void;
}

/** `gone`: init does not want the lease any more; `expired`: it came too late; `unknown`: init did not answer. */
export type Granted = 'ok' | 'gone' | 'expired' | 'unknown';

export interface LeaseGrant {
  readonly token: number;
  readonly deadlineMs: number;
  readonly ttlMs: number;
  /** Of the first grant: the host that had it before, if this one has seen that. */
  readonly from?: string;
}

/** A lease that init wants or has, as its list says. */
export interface WantedLease {
  /** The id by which init knows it; never used twice. */
  readonly lease: number;
  /** The name that the hosts of the cluster share. */
  readonly name: string;
  /** How many instances may have such a lease at one time. */
  readonly most: number;
  /** Labels of hosts, `KEY=VALUE`: hosts with an earlier one come first. */
  readonly prefer: readonly string[];
  /** `over`: it must not be renewed any more. */
  readonly state: 'awaited' | 'held' | 'ending' | 'over';
  /** What was granted last; 0 while it is awaited. */
  readonly token: number;
  readonly deadlineMs: number;
}

/** The init whose jobs need leases. It keeps the deadlines by itself. */
export interface LeaseUser {
  grant(lease: number, grant: LeaseGrant, done: (granted: Granted) => void): void;
  /** Has the job stop and wait again: in order, or at once. */
  end(lease: number, handOver: boolean, reason: string): void;
  /** Tells who has the lease that a job waits for. */
  tell(lease: number, holder: string | null): void;
}

export interface LeaseClock {
  /** Milliseconds of the monotonic clock of the machine, which init has, too. */
  nowMs(): number;
  /** Calls `due` after so many milliseconds; the value takes the call back. */
  after(delayMs: number, due: () => void): () => void;
}

/** This host among the others. */
export interface LeaseHost {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Names this keeper: never used by another one. */
  readonly keeper: string;
  /** How long a lease lasts that is not renewed, in milliseconds. */
  readonly ttlMs: number;
}
