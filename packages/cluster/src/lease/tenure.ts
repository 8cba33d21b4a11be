/**
 * One lease that init wants or has, from the search for a place to the record that says that it is free again (`phase.ts`). Each step follows
 * from the present state (`step`); there is one call to the store at a time, whose answer leads to the next step.
 */
import type { Phase } from './phase.ts';
import type { Granted, LeaseGrant, WantedLease, Written } from './ports.ts';
import { preferenceMs } from './preference.ts';
import { type LeaseEntry, placeKeys, tokenOf } from './record.ts';
import { lookAt, retryPauseMs, type TenureParts } from './tenure-parts.ts';

/** A lease is renewed when this part of its time has passed. */
const RENEW_PART = 1 / 3;

export class Tenure {
  readonly #parts: TenureParts;
  #status: WantedLease;
  /** Init does not list it any more. */
  #isGone = false;
  #phase: Phase;
  /** A call to the store or to init is under way. */
  #isWaiting = false;
  /** Nothing is tried before, in milliseconds of monotonic time. */
  #pausedMs = 0;
  #key: string | null = null;
  #token = 0;
  /** That of the record that counts: nothing else is replaced. */
  #revision = 0;
  #deadlineMs = 0;
  /** When the record was written that counts. */
  #renewedMs = 0;
  /** What init has not answered yet: its job may have ended with the last deadline that it knows. */
  #unanswered: LeaseGrant | null = null;
  #told: string | null = null;

  constructor(parts: TenureParts, status: WantedLease) {
    this.#parts = parts;
    this.#status = status;
    this.#phase = status.state === 'awaited' ? 'seeking' : 'finding';
  }

  get name(): string {
    return this.#status.name;
  }

  get keys(): string[] {
    return placeKeys(this.#status.name, this.#status.most);
  }

  get key(): string | null {
    return this.#key;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /** What init says of it now; null: nothing any more. */
  update(status: WantedLease | null): void {
    if (status === null) this.#isGone = true;
    else this.#status = status;
  }

  /** Has init end the job in order, so that another host can have the lease. */
  handOver(reason: string): void {
    if (this.#phase === 'holding' && !this.#isGone) this.#parts.user.end(this.#status.lease, true, reason);
  }

  /** Does what is due; the value is when to look again, in milliseconds of monotonic time. */
  step(): number | null {
    if (this.#isWaiting || this.#phase === 'over') return null;
    const nowMs = this.#parts.clock.nowMs();
    if (nowMs < this.#pausedMs) return this.#pausedMs;
    return STEPS[this.#phase].call(this, nowMs);
  }

  find(nowMs: number): number | null {
    if (this.#isGone) return this.#end();
    // Init ends the job without the keeper.
    if (nowMs >= this.#status.deadlineMs) return null;
    let old: string | null = null;
    for (const key of this.keys) {
      const seen = this.#parts.places.get(key);
      if (!seen || seen.readMs === Number.NEGATIVE_INFINITY) return this.#look(key);
      if (seen.revision < this.#status.token) old = key;
      if (seen.record?.holder !== this.#parts.host.name || tokenOf(seen) !== this.#status.token) continue;
      this.#key = key;
      this.#token = this.#status.token;
      this.#revision = seen.revision;
      this.#deadlineMs = this.#status.deadlineMs;
      this.#renewedMs = 0;
      return this.#enter('holding');
    }
    if (old === null) return this.#lose('its record was replaced');
    // A server may have answered with an entry from before.
    this.#pause();
    return this.#look(old);
  }

  seek(nowMs: number): number | null {
    if (this.#isGone) return this.#end();
    this.#tell();
    const { places, host } = this.#parts;
    const { name, prefer } = this.#status;
    const patienceMs = preferenceMs(prefer, host.labels, this.#parts.hasAnother(name, this));
    let dueMs = Number.POSITIVE_INFINITY;
    for (const key of this.keys) {
      if (this.#parts.isBusy(key, this)) continue;
      const seen = places.get(key);
      const freeMs = places.freeMs(key);
      const lookMs = (seen?.heardMs ?? 0) + host.ttlMs * RENEW_PART;
      if (!seen || freeMs === null || nowMs >= lookMs) return this.#look(key);
      const takeMs = Math.max(freeMs + patienceMs, this.#parts.heldOffMs(name));
      // What was only reported may count differently: its revision could be that of another's record.
      if (nowMs >= takeMs) return seen.readMs >= takeMs ? this.#take(key, seen.revision, nowMs) : this.#look(key);
      dueMs = Math.min(dueMs, takeMs, lookMs);
    }
    return Number.isFinite(dueMs) ? dueMs : null;
  }

  hold(nowMs: number): number | null {
    if (this.#isGone) return this.#enter('releasing');
    if (nowMs >= this.#deadlineMs) return this.#enter('lapsed');
    if (this.#status.state === 'over') return this.#deadlineMs;
    const seen = this.#parts.places.get(this.#key as string);
    if (seen && seen.revision > this.#revision && !this.#isMine(seen)) return this.#check();
    if (this.#unanswered) return this.#grant(this.#unanswered);
    const dueMs = this.#renewedMs + this.#parts.host.ttlMs * RENEW_PART;
    if (nowMs < dueMs) return Math.min(dueMs, this.#deadlineMs);
    this.#write(this.#parts.host.name, (written) => this.#renewed(written, nowMs));
    return null;
  }

  lapse(): number | null {
    // As long as init has the job, its processes may be there.
    return this.#isGone || this.#status.state === 'awaited' ? this.#enter('releasing') : null;
  }

  release(nowMs: number): number | null {
    const seen = this.#key === null ? undefined : this.#parts.places.get(this.#key);
    if (!seen || !this.#isMine(seen)) return this.#leave();
    this.#write(null, (written) => {
      // Without an answer it is not worth more than one attempt when the others need not wait any longer.
      if (typeof written === 'number' || nowMs >= this.#deadlineMs) this.#leave();
      else this.#lookAgain();
    });
    return null;
  }

  #enter(phase: Phase): number | null {
    this.#phase = phase;
    return this.step();
  }

  #end(): null {
    this.#phase = 'over';
    this.#key = null;
    return null;
  }

  /** The place is another's, or nobody's. */
  #leave(): number | null {
    this.#key = null;
    this.#token = 0;
    this.#unanswered = null;
    if (this.#isGone) return this.#end();
    return this.#enter(this.#status.state === 'awaited' ? 'seeking' : 'finding');
  }

  #take(key: string, revision: number, nowMs: number): null {
    this.#key = key;
    this.#token = 0;
    this.#revision = revision;
    const from = this.#parts.places.otherHolder(key, this.#parts.host.name);
    this.#write(this.#parts.host.name, (written) => {
      if (typeof written === 'number') this.#taken(written, nowMs, from);
      // Where it is not known whether it was written, the record of this keeper's that may come to light is released (`keeper.ts`).
      else this.#lookAgain(() => this.#leave());
    });
    return null;
  }

  #taken(revision: number, sentMs: number, from: string | undefined): void {
    this.#token = revision;
    this.#phase = 'holding';
    this.#written(revision, sentMs, from);
  }

  #renewed(written: Written, sentMs: number): void {
    if (typeof written === 'number') this.#written(written, sentMs);
    else this.#check();
  }

  #written(revision: number, sentMs: number, from?: string): void {
    const { ttlMs } = this.#parts.host;
    this.#revision = revision;
    this.#renewedMs = sentMs;
    this.#deadlineMs = sentMs + ttlMs;
    if (this.#isGone) return;
    this.#grant({ token: this.#token, deadlineMs: Math.floor(this.#deadlineMs), ttlMs, ...(from && { from }) });
  }

  #grant(grant: LeaseGrant): null {
    this.#unanswered = grant;
    this.#isWaiting = true;
    this.#parts.user.grant(this.#status.lease, grant, (granted) => this.#answered(granted));
    return null;
  }

  /** Without an answer init may have it: it is asked again, up to the deadline, and meanwhile nothing is renewed. */
  #answered(granted: Granted): void {
    this.#isWaiting = false;
    if (granted !== 'unknown') this.#unanswered = null;
    if (granted === 'gone') this.#isGone = true;
    else if (granted === 'expired') this.#phase = 'lapsed';
    else this.#status = { ...this.#status, state: 'held', token: this.#token, deadlineMs: this.#deadlineMs };
    // After `expired` the list of init says whether it has begun.
    if (granted === 'expired' || (granted === 'unknown' && !this.#isGone)) this.#pause();
    this.#parts.changed();
  }

  #lose(reason: string): null {
    if (this.#status.state !== 'over') this.#parts.user.end(this.#status.lease, false, reason);
    this.#key = null;
    this.#token = 0;
    // Init answers by giving it back, and wants another one.
    this.#phase = this.#isGone ? 'over' : 'lapsed';
    return null;
  }

  #isMine(seen: LeaseEntry): boolean {
    return seen.record?.holder === this.#parts.host.name && tokenOf(seen) === this.#token;
  }

  #write(holder: string | null, done: (written: Written) => void): void {
    const key = this.#key as string;
    const { places, store, clock, host, nextWrite } = this.#parts;
    const record = { holder, keeper: host.keeper, token: this.#token, write: nextWrite(), ttlMs: host.ttlMs };
    this.#isWaiting = true;
    store.put(key, record, this.#revision, (written) => {
      this.#isWaiting = false;
      if (typeof written === 'number') places.observe(key, { record, revision: written }, clock.nowMs());
      done(written);
      this.#parts.changed();
    });
  }

  #look(key: string, done: (entry: LeaseEntry | null) => void = () => {}): null {
    this.#isWaiting = true;
    lookAt(this.#parts, key, (entry) => {
      this.#isWaiting = false;
      if (!entry) this.#pause();
      else if (key === this.#key && this.#isMine(entry)) this.#revision = entry.revision;
      done(entry);
      this.#parts.changed();
    });
    return null;
  }

  /** Whether the place is still this host's, when that is doubtful. */
  #check(): null {
    this.#pause();
    return this.#look(this.#key as string, (entry) => {
      if (entry && !this.#isMine(entry)) this.#lose(`${entry.record?.holder ?? 'another host'} has it`);
    });
  }

  /** What was written last is not known: looks, and continues after a pause. */
  #lookAgain(done: () => void = () => {}): void {
    this.#pause();
    if (this.#key !== null) this.#look(this.#key, done);
  }

  #pause(): void {
    const { clock, host } = this.#parts;
    this.#pausedMs = clock.nowMs() + retryPauseMs(host);
  }

  #tell(): void {
    const { places, host, hasAnother } = this.#parts;
    // By a record of its own that is not given back yet nobody runs.
    const isLeft = (key: string): boolean => places.get(key)?.record?.keeper === host.keeper;
    const holder = places.holders(hasAnother(this.name, this) ? this.keys : this.keys.filter((key) => !isLeft(key)));
    if (holder === undefined || holder === this.#told) return;
    this.#told = holder;
    this.#parts.user.tell(this.#status.lease, holder);
  }
}

const STEPS: Readonly<Record<Exclude<Phase, 'over'>, (this: Tenure, nowMs: number) => number | null>> = {
  finding: Tenure.prototype.find,
  seeking: Tenure.prototype.seek,
  holding: Tenure.prototype.hold,
  lapsed: Tenure.prototype.lapse,
  releasing: Tenure.prototype.release,
};
