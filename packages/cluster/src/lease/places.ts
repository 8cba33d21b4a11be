/**
 * What this host knows of places in the store, and since when by its own clock. A place may be taken when its record has not changed for as
 * long as its lease lasts: no clock of another host is compared with this one.
 */
import { NAME } from '../conf/cluster-conf.ts';
import type { LeaseEntry } from './record.ts';

interface Seen extends LeaseEntry {
  /** When this revision was seen first. */
  readonly sinceMs: number;
  /** When anything was heard of it last. */
  heardMs: number;
  /** The last host that had it, while this one has looked. */
  readonly lastHolder: string | undefined;
}

export class Places {
  readonly #seen = new Map<string, Seen>();
  readonly #ttlMs: number;

  /** `ttlMs`: how long to wait for a record that does not say it. */
  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  /** An entry that is older than the one known is not news, but the store answers. */
  observe(key: string, { record, revision }: LeaseEntry, nowMs: number): void {
    const known = this.#seen.get(key);
    if (known && known.revision >= revision) known.heardMs = nowMs;
    else {
      const lastHolder = record?.holder ?? known?.lastHolder;
      this.#seen.set(key, { record, revision, sinceMs: nowMs, heardMs: nowMs, lastHolder });
    }
  }

  get(key: string): Readonly<Seen> | undefined {
    return this.#seen.get(key);
  }

  /** When the place may be taken, in milliseconds of monotonic time; null: nothing is known of it. */
  freeMs(key: string): number | null {
    const seen = this.#seen.get(key);
    if (!seen) return null;
    const { record, revision, sinceMs } = seen;
    if (revision === 0 || record?.holder === null) return sinceMs;
    // A record that somebody has deleted, or that another version has written, may be that of a host that still has the place.
    return sinceMs + Math.max(record?.ttlMs ?? 0, record === null ? this.#ttlMs : 0);
  }

  /** The hosts that have places, each once; undefined: not all of these keys are known. */
  holders(keys: readonly string[]): string[] | undefined {
    const found = new Set<string>();
    for (const key of keys) {
      const seen = this.#seen.get(key);
      if (!seen) return undefined;
      if (seen.record?.holder) found.add(seen.record.holder);
    }
    return [...found];
  }

  /** The host that has the place or had it last, if that is known to be another one than `own`. */
  otherHolder(key: string, own: string): string | undefined {
    const holder = this.#seen.get(key)?.lastHolder;
    return holder !== undefined && holder !== own && NAME.test(holder) ? holder : undefined;
  }

  /** Forgets all but these keys. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#seen.keys()) if (!keys.has(key)) this.#seen.delete(key);
  }
}
