/** The keeper of a host, on the servers of its cluster. */
import { randomUUID } from 'node:crypto';
import type { ClusterConnection } from '../connection/connection.ts';
import { LeaseKeeper } from './keeper.ts';
import { KvLeaseStore } from './kv-store.ts';
import type { LeaseClock, LeaseUser } from './ports.ts';

/** A call to the servers may take this part of the time that a lease lasts, and so many milliseconds at most. */
const CALL_PART = 1 / 10;
const CALL_MOST_MS = 2000;

const machineClock: LeaseClock = {
  nowMs() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1000 + nanoseconds / 1e6;
  },
  after(delayMs, due) {
    const timer = setTimeout(due, delayMs);
    return () => clearTimeout(timer);
  },
};

/** It takes no lease before its `drain` is called. `failed` gets why the servers do not answer, and null when they do. */
export function startLeases(
  connection: ClusterConnection,
  user: LeaseUser,
  failed: (reason: string | null) => void,
): LeaseKeeper {
  const { host: name, labels, leaseTtlMs: ttlMs } = connection.conf;
  const store = new KvLeaseStore(connection, Math.min(ttlMs * CALL_PART, CALL_MOST_MS), failed);
  return new LeaseKeeper(
    { host: { name, labels, keeper: randomUUID(), ttlMs }, store, user, clock: machineClock },
    false,
  );
}
