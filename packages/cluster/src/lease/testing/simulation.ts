/**
 * For tests: hosts with a keeper and an init each, and one store, in simulated time. Messages are delayed and lost, hosts are cut off, keepers are
 * killed and stopped, and clocks differ in their time and their speed. An omniscient observer sees who runs when.
 */
import { LeaseKeeper } from '../keeper.ts';
import type { Granted, LeaseGrant, LeaseStore, WantedLease, Written } from '../ports.ts';
import type { LeaseEntry } from '../record.ts';
import type { HostSettings, Run, World } from './world.ts';

export const TTL_MS = 6000;
export const MARGIN_MS = 1000;
/** A call to the store that has not been answered for so long is given up. */
export const CALL_MS = 600;
/** So long the keeper waits for an answer of init. */
const ANSWER_MS = 1500;
/** So long a keeper that ends takes at most. */
const RETURN_MS = 2000;

/** A host with one job, whose lease is `web`. While its init stands still, the supervisor kills the job at the deadline. */
export class SimulatedHost {
  readonly settings: HostSettings;
  readonly #world: World;
  readonly #offsetMs: number;
  keeper: LeaseKeeper | null = null;
  isCut = false;
  /** Who has the lease, as its keeper has told last. */
  holder: string | null = null;
  /** So much too large are the revisions that are reported to it, as by a copy of the store that has what was never agreed on. */
  #ahead = 0;
  #reported: (key: string, entry: LeaseEntry) => void = () => {};
  #isStopped = false;
  /** What a stopped keeper gets when it continues. */
  #backlog: (() => void)[] = [];
  #isInitStopped = false;
  /** What a stopped init does when it continues. */
  #initBacklog: (() => void)[] = [];
  #generation = 0;
  #nextLease = 1;
  #status: WantedLease | null = null;
  #run: Run | null = null;
  #disarm: () => void = () => {};

  constructor(world: World, settings: HostSettings) {
    this.#world = world;
    this.settings = settings;
    this.#offsetMs = Math.floor(world.random() * 1e6);
  }

  get isSeeking(): boolean {
    return this.#status?.state === 'awaited' && this.keeper !== null && !this.#isStopped && !this.isCut;
  }

  /** The clock of the host. */
  nowMs(): number {
    return this.#offsetMs + this.#world.time.nowMs * this.settings.rate;
  }

  /** The job is started, or its stop is over and it waits again. */
  want(): void {
    if (this.#status) return;
    const { most, prefer = [] } = this.settings;
    const waiting = { state: 'awaited', token: 0, deadlineMs: 0 } as const;
    this.#status = { lease: this.#nextLease++, name: 'web', most, prefer, ...waiting };
    this.#report();
  }

  /** The job is stopped, which takes a while. */
  unwant(): void {
    if (this.#status?.state === 'held') this.#stop(false);
    else if (this.#status?.state === 'awaited') this.#giveBack();
  }

  startKeeper(): void {
    if (this.keeper) return;
    const generation = ++this.#generation;
    const { name, labels = {} } = this.settings;
    const host = { name, labels, keeper: `${name}-${generation}`, ttlMs: TTL_MS };
    this.keeper = new LeaseKeeper({
      host,
      store: this.#storeFor(generation),
      user: {
        grant: (lease, grant, done) => this.#askInit(generation, () => this.#grant(lease, grant), done),
        end: (lease, handOver) => this.#inInit(() => this.#end(lease, handOver)),
        tell: (_lease, holder) => {
          this.holder = holder;
        },
      },
      clock: { nowMs: () => this.nowMs(), after: (ms, due) => this.#after(ms, () => this.#forKeeper(generation, due)) },
    });
    this.#report();
  }

  /** SIGTERM: ends when init has told what it has given back, and that is given back. */
  endKeeper(): void {
    const generation = this.#generation;
    const end = (): void => this.#forKeeper(generation, () => this.killKeeper());
    this.keeper?.retire(() => this.#later(end));
    this.#report(0, () => this.keeper?.leave());
    this.#after(RETURN_MS, end);
  }

  /** `kill -9` */
  killKeeper(): void {
    this.#generation++;
    this.keeper?.stop();
    this.keeper = null;
    this.#isStopped = false;
    this.#backlog = [];
  }

  /** SIGSTOP, SIGCONT */
  setStopped(isStopped: boolean): void {
    this.#isStopped = isStopped && this.keeper !== null;
    if (this.#isStopped) return;
    for (const run of this.#backlog.splice(0)) run();
  }

  /** As `setStopped`, for init. */
  setInitStopped(isStopped: boolean): void {
    this.#isInitStopped = isStopped;
    if (isStopped) return;
    for (const run of this.#initBacklog.splice(0)) run();
  }

  /** Its reports come from such a copy from now on: they begin with a record that is there once more. 0: from a true one. */
  diverge(ahead: number): void {
    this.#ahead = ahead;
    for (const [key, entry] of this.#world.store.entries) this.#reported(key, entry);
  }

  /** `returned`: the lease that has been given back, or 0. */
  #report(returned = 0, done: () => void = () => {}): void {
    const { keeper } = this;
    const generation = this.#generation;
    this.#inInit(() => this.#forKeeper(generation, () => keeper?.returned(returned)));
    this.#inInit(() => {
      const list = this.#status ? [{ ...this.#status }] : [];
      this.#forKeeper(generation, () => keeper?.update(list));
      this.#forKeeper(generation, done);
    });
  }

  #inInit(run: () => void): void {
    this.#later(() => {
      if (this.#isInitStopped) this.#initBacklog.push(run);
      else run();
    });
  }

  #askInit(generation: number, ask: () => Granted, done: (granted: Granted) => void): void {
    let isOver = false;
    const answer = (granted: Granted): void => {
      if (isOver) return;
      isOver = true;
      this.#answer(generation, done, granted);
      // The keeper asks what init has.
      if (granted !== 'ok') this.#report();
    };
    this.#after(ANSWER_MS, () => answer('unknown'));
    this.#inInit(() => answer(ask()));
  }

  /** Within the host. */
  #later(run: () => void): void {
    this.#world.time.at(this.#world.time.nowMs + this.#world.random() * 5, run);
  }

  #answer<T>(generation: number, done: (value: T) => void, value: T): void {
    this.#later(() => this.#forKeeper(generation, () => done(value)));
  }

  #forKeeper(generation: number, run: () => void): void {
    if (generation !== this.#generation) return;
    if (this.#isStopped) this.#backlog.push(() => this.#forKeeper(generation, run));
    else run();
  }

  /** After a time of the host's clock. */
  #after(ms: number, run: () => void): () => void {
    return this.#world.time.at(this.#world.time.nowMs + ms / this.settings.rate, run);
  }

  #grant(lease: number, { token, deadlineMs, ttlMs }: LeaseGrant): Granted {
    const status = this.#status;
    if (status?.lease !== lease) return 'gone';
    const untilMs = Math.min(deadlineMs, this.nowMs() + ttlMs);
    if (status.state === 'awaited') {
      if (untilMs - MARGIN_MS - this.#leadMs() <= this.nowMs()) return 'expired';
      this.#status = { ...status, state: 'held', token, deadlineMs: untilMs };
      this.#run = { host: this.settings.name, lease: status.name, token, fromMs: this.#world.time.nowMs, toMs: null };
      this.#world.runs.push(this.#run);
    } else {
      const isOver = status.state === 'over' || status.deadlineMs - MARGIN_MS <= this.nowMs();
      if (isOver || status.token !== token) return 'expired';
      if (untilMs <= status.deadlineMs) return 'ok';
      this.#status = { ...status, deadlineMs: untilMs };
    }
    this.#arm();
    return 'ok';
  }

  #leadMs(): number {
    return (TTL_MS - MARGIN_MS) / 2;
  }

  #arm(): void {
    this.#disarm();
    const { state, deadlineMs } = this.#status as WantedLease;
    const killMs = deadlineMs - MARGIN_MS - this.nowMs();
    const disarmKill = this.#after(Math.max(0, killMs), () => this.#killed());
    const disarmStop = this.#after(Math.max(0, killMs - this.#leadMs()), () => {
      if (state === 'held' && !this.#isInitStopped) this.#stop(true);
    });
    this.#disarm = () => {
      disarmKill();
      disarmStop();
    };
  }

  /** By the supervisor, if init cannot. */
  #killed(): void {
    if (this.#run) this.#run.toMs = this.#world.time.nowMs;
    this.#run = null;
    if (this.#isInitStopped) this.#initBacklog.push(() => this.#over());
    else this.#over();
  }

  /** The stop takes up to the time that it has; at the deadline less the margin nothing is left. */
  #stop(again: boolean): void {
    const status = this.#status as WantedLease;
    this.#status = { ...status, state: 'ending' };
    this.#arm();
    this.#after(this.#world.random() * this.#leadMs() * 2, () => {
      if (this.#status?.lease !== status.lease) return;
      this.#giveBack();
      if (again) this.want();
    });
  }

  #over(): void {
    this.#giveBack();
    this.want();
  }

  #end(lease: number, handOver: boolean): void {
    if (this.#status?.lease !== lease || this.#status.state === 'awaited') return;
    if (!handOver) this.#over();
    else if (this.#status.state === 'held') this.#stop(true);
  }

  #giveBack(): void {
    this.#disarm();
    if (this.#run) this.#run.toMs = this.#world.time.nowMs;
    this.#run = null;
    const lease = this.#status?.lease;
    this.#status = null;
    this.#report(lease);
  }

  /** A message takes time and may be lost; none comes through while the host is cut off. */
  #network(run: () => void): void {
    const { delayMs, lossPart } = this.settings;
    const { random, time } = this.#world;
    if (this.isCut || random() < lossPart) return;
    // Some messages take very long: they come when everybody has given them up.
    const ms = lossPart > 0 && random() < 0.02 ? random() * 3 * TTL_MS : random() * delayMs;
    time.at(time.nowMs + ms, () => {
      if (!this.isCut) run();
    });
  }

  #storeFor(generation: number): LeaseStore {
    const { store, time } = this.#world;
    const call = <T>(ask: () => T, given: T, done: (value: T) => void): void => {
      let isOver = false;
      const answer = (value: T): void => {
        if (isOver) return;
        isOver = true;
        this.#forKeeper(generation, () => done(value));
      };
      time.at(time.nowMs + CALL_MS, () => answer(given));
      this.#network(() => {
        const value = ask();
        this.#network(() => answer(value));
      });
    };
    return {
      get: (key, done) =>
        call<LeaseEntry | null>(() => store.entries.get(key) ?? { record: null, revision: 0 }, null, done),
      put: (key, record, revision, done) => call<Written>(() => store.put(key, record, revision), 'unknown', done),
      watch: (prefix, changed) => {
        this.#reported = (key, entry) => {
          const reported = { ...entry, revision: entry.revision + this.#ahead };
          if (key.startsWith(prefix)) this.#network(() => this.#forKeeper(generation, () => changed(key, reported)));
        };
        return store.watch(this.#reported);
      },
    };
  }
}
