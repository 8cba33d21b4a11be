/**
 * Keeps the leases of one init: a tenure for each that it wants or has. Init says which those are (`update`), as often as that may have
 * changed; it keeps the deadlines itself, so that a keeper may die or fall silent at any moment.
 */
import { Places } from './places.ts';
import type { LeaseClock, LeaseHost, LeaseStore, LeaseUser, WantedLease } from './ports.ts';
import { keyPrefix, type LeaseEntry, type LeaseRecord } from './record.ts';
import { Tenure } from './tenure.ts';
import { lookAt, retryPauseMs, type TenureParts } from './tenure-parts.ts';

export interface KeeperParts {
  readonly host: LeaseHost;
  readonly store: LeaseStore;
  readonly user: LeaseUser;
  readonly clock: LeaseClock;
}

export class LeaseKeeper {
  readonly #parts: KeeperParts;
  readonly #tenureParts: TenureParts;
  readonly #places: Places;
  readonly #tenures = new Map<number, Tenure>();
  /** The watches, by prefixes of keys. */
  readonly #watches = new Map<string, () => void>();
  /** Until when this host leaves a lease to others, by its name. */
  readonly #heldOff = new Map<string, number>();
  /** Places that this keeper has taken without knowing it, and gives back now. */
  readonly #orphans = new Set<string>();
  #writes = 0;
  /** Who has drained this host; null: nobody. */
  #drainedBy: string | null = null;
  /** Whether it is known that this host is drained or not: before that it takes no lease. */
  #isKnown: boolean;
  #isStepping = false;
  #isDirty = false;
  /** After `retire`: called when no place is left that has to be given back. */
  #retired: (() => void) | null = null;
  /** Init gives back nothing else. */
  #hasLastWord = false;
  #isOver = false;
  #cancel: () => void = () => {};

  /** `isKnown` false: it takes no lease before `drain` is called. Those that init has it renews. */
  constructor(parts: KeeperParts, isKnown = true) {
    this.#parts = parts;
    this.#isKnown = isKnown;
    this.#places = new Places(parts.host.ttlMs);
    this.#tenureParts = {
      ...parts,
      places: this.#places,
      isBusy: (key, asker) =>
        this.#orphans.has(key) || [...this.#tenures.values()].some((one) => one !== asker && one.key === key),
      hasAnother: (name, asker) =>
        [...this.#tenures.values()].some((one) => one !== asker && one.name === name && one.key !== null),
      heldOffMs: (name) =>
        this.#drainedBy !== null || !this.#isKnown ? Number.POSITIVE_INFINITY : (this.#heldOff.get(name) ?? 0),
      nextWrite: () => ++this.#writes,
      changed: () => this.#step(),
    };
  }

  /** All leases that init wants or has. */
  update(list: readonly WantedLease[]): void {
    const listed = new Map(list.map((status) => [status.lease, status]));
    for (const [id, tenure] of this.#tenures) tenure.update(listed.get(id) ?? null);
    for (const [id, status] of listed)
      if (!this.#tenures.has(id)) this.#tenures.set(id, new Tenure(this.#tenureParts, status));
    this.#handOverAll();
    this.#step();
  }

  /** A drained host hands its leases over and takes no other. `by`: who has drained it; null: nobody. */
  drain(by: string | null): void {
    this.#drainedBy = by;
    this.#isKnown = true;
    this.#handOverAll();
    this.#step();
  }

  /** Hands the leases of that name over to other hosts; this one comes last for the time that a lease lasts. */
  handOver(name: string, reason: string): void {
    this.#heldOff.set(name, this.#parts.clock.nowMs() + this.#parts.host.ttlMs);
    for (const tenure of this.#tenures.values()) if (tenure.name === name) tenure.handOver(reason);
    this.#step();
  }

  /** Init has given this lease back: others may have it. */
  returned(lease: number): void {
    this.#tenures.get(lease)?.update(null);
    this.#step();
  }

  /** Takes and renews nothing any more; gives back what init gives back. `done`: all places are given back, or all that are to be. */
  retire(done: () => void): void {
    this.#retired = done;
    this.#step();
  }

  /** After `retire`: init has said all. It keeps what it has not given back. */
  leave(): void {
    this.#hasLastWord = true;
    this.#step();
  }

  /** Ends without giving anything back: init has its leases up to their deadlines, and the next keeper renews them. */
  stop(): void {
    this.#isOver = true;
    this.#cancel();
    for (const end of this.#watches.values()) end();
    this.#watches.clear();
  }

  #handOverAll(): void {
    if (this.#drainedBy === null) return;
    for (const tenure of this.#tenures.values()) tenure.handOver(`its host is drained by ${this.#drainedBy}`);
  }

  #step(): void {
    this.#isDirty = true;
    if (this.#isStepping || this.#isOver) return;
    this.#isStepping = true;
    let dueMs = Number.POSITIVE_INFINITY;
    while (this.#isDirty) {
      this.#isDirty = false;
      dueMs = Number.POSITIVE_INFINITY;
      for (const [id, tenure] of this.#tenures) {
        if (this.#retired && !tenure.isGone) continue;
        dueMs = Math.min(dueMs, tenure.step() ?? dueMs);
        if (tenure.isOver) this.#tenures.delete(id);
      }
      this.#follow();
      this.#releaseOrphans();
    }
    this.#isStepping = false;
    this.#cancel();
    this.#cancel = () => {};
    const delayMs = Math.max(0, dueMs - this.#parts.clock.nowMs());
    if (Number.isFinite(dueMs)) this.#cancel = this.#parts.clock.after(delayMs, () => this.#step());
    if (this.#retired && !this.#hasToReturn()) this.#retired();
  }

  #hasToReturn(): boolean {
    return [...this.#tenures.values()].some(({ key, isGone }) => key !== null && (isGone || !this.#hasLastWord));
  }

  /** Watches the places of the leases that there are, and forgets others. */
  #follow(): void {
    const { store, clock } = this.#parts;
    const prefixes = new Set<string>();
    const keys = new Set(this.#orphans);
    for (const tenure of this.#tenures.values()) {
      prefixes.add(keyPrefix(tenure.name));
      for (const key of tenure.keys) keys.add(key);
    }
    for (const [prefix, end] of this.#watches)
      if (!prefixes.has(prefix)) {
        end();
        this.#watches.delete(prefix);
      }
    for (const prefix of prefixes) {
      if (this.#watches.has(prefix)) continue;
      const changed: Parameters<typeof store.watch>[1] = (key, entry) => {
        this.#places.observe(key, entry, clock.nowMs());
        this.#step();
      };
      this.#watches.set(prefix, store.watch(prefix, changed));
    }
    this.#places.keep(keys);
    const nowMs = clock.nowMs();
    for (const [name, untilMs] of this.#heldOff) if (untilMs <= nowMs) this.#heldOff.delete(name);
  }

  /** A call without an answer may have taken a place after all: nobody runs by it. */
  #releaseOrphans(): void {
    const busy = new Set([...this.#tenures.values()].map(({ key }) => key));
    for (const key of new Set([...this.#tenures.values()].flatMap(({ keys }) => keys))) {
      const seen = this.#places.get(key);
      if (!seen || !this.#isOwn(seen) || busy.has(key) || this.#orphans.has(key)) continue;
      this.#orphans.add(key);
      // What was only reported may count differently: its revision could be that of another's record.
      this.#look(key, (entry) => {
        if (entry && this.#isOwn(entry)) this.#release(key, entry);
        else this.#released(key, entry);
      });
    }
  }

  #isOwn({ record }: LeaseEntry): boolean {
    const { name, keeper } = this.#parts.host;
    return record?.holder === name && record.keeper === keeper;
  }

  #release(key: string, entry: LeaseEntry): void {
    const { store, clock } = this.#parts;
    const record = { ...(entry.record as LeaseRecord), holder: null, write: ++this.#writes };
    store.put(key, record, entry.revision, (written) => {
      if (typeof written === 'number') this.#places.observe(key, { record, revision: written }, clock.nowMs());
      this.#look(key, (found) => this.#released(key, found));
    });
  }

  /** It is looked at again, and released then, unless it is another's. A store that cannot be reached answers at once. */
  #released(key: string, entry: LeaseEntry | null): void {
    const { clock, host } = this.#parts;
    clock.after(entry ? 0 : retryPauseMs(host), () => {
      this.#orphans.delete(key);
      this.#step();
    });
  }

  #look(key: string, done: (entry: LeaseEntry | null) => void): void {
    lookAt(this.#tenureParts, key, done);
  }
}
