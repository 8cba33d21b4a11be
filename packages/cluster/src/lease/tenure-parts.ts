/** What the tenures of a keeper share. */
import type { Places } from './places.ts';
import type { LeaseClock, LeaseHost, LeaseStore, LeaseUser } from './ports.ts';
import type { LeaseEntry } from './record.ts';

export interface TenureParts {
  readonly host: LeaseHost;
  readonly store: LeaseStore;
  readonly user: LeaseUser;
  readonly clock: LeaseClock;
  readonly places: Places;
  /** Whether another lease of this host has the place or is about to. */
  isBusy(key: string, asker: object): boolean;
  hasAnother(name: string, asker: object): boolean;
  /** Until when this host leaves the lease to others, in milliseconds of monotonic time. */
  heldOffMs(name: string): number;
  /** Another number for each record that is written. */
  nextWrite(): number;
  /** Something has changed: calls `step` of all. */
  changed(): void;
}

/** The pause before a call that has failed is repeated, as a part of the time that a lease lasts, and its bounds in milliseconds. */
const RETRY_PART = 1 / 15;
const RETRY_LEAST_MS = 100;
const RETRY_MOST_MS = 1000;

export function retryPauseMs({ ttlMs }: LeaseHost): number {
  return Math.min(Math.max(ttlMs * RETRY_PART, RETRY_LEAST_MS), RETRY_MOST_MS);
}

/** Reads a place. `done` gets what was read; null: there was no answer. */
export function lookAt(
  { store, places, clock }: Pick<TenureParts, 'store' | 'places' | 'clock'>,
  key: string,
  done: (entry: LeaseEntry | null) => void,
): void {
  const askedMs = clock.nowMs();
  store.get(key, (entry) => {
    if (entry) places.read(key, entry, askedMs, clock.nowMs());
    done(entry);
  });
}
