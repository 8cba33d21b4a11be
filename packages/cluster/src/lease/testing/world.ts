/** For tests: what all simulated hosts share, and what an observer has seen of them. */
import type { Written } from '../ports.ts';
import type { LeaseEntry, LeaseRecord } from '../record.ts';
import type { Timeline } from './timeline.ts';

export interface HostSettings {
  readonly name: string;
  /** How fast its clock is: 1 is true. */
  readonly rate: number;
  readonly most: number;
  readonly prefer?: string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** The longest time that a message takes, in milliseconds. */
  readonly delayMs: number;
  readonly lossPart: number;
}

/** Somebody who runs by a lease. */
export interface Run {
  readonly host: string;
  readonly lease: string;
  readonly token: number;
  readonly fromMs: number;
  toMs: number | null;
}

export class SimulatedStore {
  readonly entries = new Map<string, LeaseEntry>();
  readonly #watchers = new Set<(key: string, entry: LeaseEntry) => void>();
  #revision = 0;

  put(key: string, record: LeaseRecord, revision: number): Written {
    if ((this.entries.get(key)?.revision ?? 0) !== revision) return 'conflict';
    const entry = { record, revision: ++this.#revision };
    this.entries.set(key, entry);
    for (const changed of this.#watchers) changed(key, entry);
    return entry.revision;
  }

  /** As an administrator may do. */
  remove(key: string): void {
    const entry = { record: null, revision: ++this.#revision };
    this.entries.set(key, entry);
    for (const changed of this.#watchers) changed(key, entry);
  }

  watch(changed: (key: string, entry: LeaseEntry) => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }
}

export interface World {
  readonly time: Timeline;
  readonly store: SimulatedStore;
  readonly random: () => number;
  readonly runs: Run[];
}
