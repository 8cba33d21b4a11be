/**
 * What this host knows of places in the store, and since when by its own clock. A place may be taken when its record has not changed for as
 * long as its lease lasts: no clock of another host is compared with this one.
 *
 * Two records are the same if what is in them is, whatever their revisions. A report may come from a copy of the store that has what was never agreed on, and counts
 * revisions differently since (three servers of 2.9.10, after two of them were killed): it still proves that its record was sent before.
 * Where the record is, and under which revision, a read decides: its answer comes from where writes are compared.
 */
import { NAME } from '../conf/cluster-conf.ts';
import { isSameRecord, type LeaseEntry } from './record.ts';

interface Seen extends LeaseEntry {
  revision: number;
  /** When this record was seen first. */
  readonly sinceMs: number;
  /** When anything was heard of it last. */
  heardMs: number;
  /** The last host that had it, while this one has looked. */
  readonly lastHolder: string | undefined;
  /** When the last read was asked for that has found it so. */
  readMs: number;
}

export class Places {
  readonly #seen = new Map<string, Seen>();
  readonly #ttlMs: number;

  /** `ttlMs`: how long to wait for a record that does not say it. */
  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  /** An entry was written or reported. One that is older than the one known is not news, but the store answers. */
  observe(key: string, entry: LeaseEntry, nowMs: number): void {
    const known = this.#seen.get(key);
    if (known && (known.revision > entry.revision || isSameRecord(known, entry))) known.heardMs = nowMs;
    else this.#note(key, entry, nowMs, Number.NEGATIVE_INFINITY);
  }

  /** The answer to a read that was asked for at `askedMs`. It counts, unless what is known was learned meanwhile. */
  read(key: string, entry: LeaseEntry, askedMs: number, nowMs: number): void {
    const known = this.#seen.get(key);
    if (known && isSameRecord(known, entry)) {
      known.revision = entry.revision;
      known.heardMs = nowMs;
      known.readMs = askedMs;
    } else if (known && known.revision > entry.revision && known.sinceMs >= askedMs) known.heardMs = nowMs;
    else this.#note(key, entry, nowMs, askedMs);
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

  /** The hosts that have places, each once, as text; null: none has one; undefined: not all of these keys are known. */
  holders(keys: readonly string[]): string | null | undefined {
    const found = new Set<string>();
    for (const key of keys) {
      const seen = this.#seen.get(key);
      if (!seen) return undefined;
      if (seen.record?.holder) found.add(seen.record.holder);
    }
    return found.size === 0 ? null : [...found].join(', ');
  }

  #note(key: string, { record, revision }: LeaseEntry, nowMs: number, readMs: number): void {
    const lastHolder = record?.holder ?? this.#seen.get(key)?.lastHolder;
    this.#seen.set(key, { record, revision, sinceMs: nowMs, heardMs: nowMs, readMs, lastHolder });
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
