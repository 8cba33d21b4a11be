import { describe, expect, it } from 'vitest';
import { LeaseKeeper } from './keeper.ts';
import type { Granted, WantedLease, Written } from './ports.ts';
import type { LeaseEntry, LeaseRecord } from './record.ts';
import { TTL_MS } from './testing/simulation.ts';
import { checkRuns, running, worldOf } from './testing/worlds.ts';

const AWAITED = { lease: 1, name: 'web', most: 1, prefer: [], state: 'awaited', token: 0, deadlineMs: 0 } as const;

/** A keeper whose calls to write are answered when the test says so. */
class Bench {
  readonly puts: { holder: string | null; revision: number; done: (written: Written) => void }[] = [];
  readonly grants: ((granted: Granted) => void)[] = [];
  readonly keeper: LeaseKeeper;
  nowMs = 0;
  isDone = false;
  #entry: LeaseEntry = { record: null, revision: 0 };
  #due: () => void = () => {};

  constructor() {
    this.keeper = new LeaseKeeper({
      host: { name: 'a', labels: {}, keeper: 'a-1', ttlMs: TTL_MS },
      store: {
        get: (_key, done) => done(this.#entry),
        put: (_key, record, revision, done) => {
          const { holder } = record;
          this.puts.push({ holder, revision, done: (written) => this.#written(record, written, done) });
        },
        watch: () => () => {},
      },
      user: { grant: (_lease, _grant, done) => void this.grants.push(done), end() {}, tell() {} },
      clock: {
        nowMs: () => this.nowMs,
        after: (_delayMs, due) => {
          this.#due = due;
          return () => {
            if (this.#due === due) this.#due = () => {};
          };
        },
      },
    });
  }

  /** With a lease that init has. */
  static holding(): Bench {
    const bench = new Bench();
    bench.keeper.update([AWAITED]);
    bench.puts.shift()?.done(5);
    bench.grants.shift()?.('ok');
    return bench;
  }

  retire(): void {
    this.keeper.retire(() => {
      this.isDone = true;
    });
  }

  /** The time of its timer has come. */
  due(): void {
    this.#due();
  }

  #written(record: LeaseRecord, written: Written, done: (written: Written) => void): void {
    if (typeof written === 'number') this.#entry = { record, revision: written };
    done(written);
  }
}

/** As init lists it. */
const HELD: WantedLease = { ...AWAITED, state: 'held', token: 5, deadlineMs: TTL_MS };
const RETURN = [{ holder: null, revision: 5 }];

describe('a keeper that ends', () => {
  it('gives back what init gives back meanwhile, and is done when that is written', () => {
    const bench = Bench.holding();
    bench.retire();
    expect([bench.isDone, bench.puts]).toEqual([false, []]);
    bench.keeper.returned(1);
    expect([bench.isDone, bench.puts]).toMatchObject([false, RETURN]);
    bench.puts[0]?.done(6);
    expect(bench.isDone).toBe(true);
  });

  it('leaves what init keeps to the next one', () => {
    const bench = Bench.holding();
    bench.retire();
    bench.keeper.update([HELD]);
    expect(bench.isDone).toBe(false);
    bench.keeper.leave();
    expect([bench.isDone, bench.puts]).toEqual([true, []]);
  });

  it('gives back what the last list of init does not have any more', () => {
    const bench = Bench.holding();
    bench.retire();
    bench.keeper.update([]);
    bench.keeper.leave();
    expect([bench.isDone, bench.puts]).toMatchObject([false, RETURN]);
    bench.puts[0]?.done(6);
    expect(bench.isDone).toBe(true);
  });

  it('tries again where it is not known whether that was written', () => {
    const bench = Bench.holding();
    bench.retire();
    bench.keeper.returned(1);
    bench.keeper.leave();
    bench.puts.shift()?.done('unknown');
    expect([bench.isDone, bench.puts]).toEqual([false, []]);
    bench.nowMs += 1000;
    bench.due();
    expect([bench.isDone, bench.puts]).toMatchObject([false, RETURN]);
  });

  it('gives back a place at once that it takes for a job that has stopped meanwhile', () => {
    const bench = new Bench();
    bench.keeper.update([AWAITED]);
    bench.keeper.returned(1);
    bench.retire();
    bench.keeper.leave();
    expect([bench.isDone, bench.puts]).toMatchObject([false, [{ holder: 'a', revision: 0 }]]);
    bench.puts.shift()?.done(5);
    expect([bench.isDone, bench.puts, bench.grants]).toMatchObject([false, RETURN, []]);
    bench.puts[0]?.done(6);
    expect(bench.isDone).toBe(true);
  });

  it('does not wait for init where the last answer of that does not come any more', () => {
    const bench = Bench.holding();
    bench.keeper.update([{ ...HELD, token: 5 }]);
    bench.nowMs += TTL_MS / 3;
    bench.due();
    bench.puts.shift()?.done(6);
    bench.retire();
    bench.keeper.returned(1);
    bench.keeper.leave();
    bench.grants[0]?.('unknown');
    expect([bench.isDone, bench.puts]).toMatchObject([false, [{ holder: null, revision: 6 }]]);
  });

  it('has nothing to wait for without a place', () => {
    const bench = new Bench();
    bench.retire();
    expect(bench.isDone).toBe(true);
  });

  it('takes no place any more', () => {
    const bench = new Bench();
    bench.retire();
    bench.keeper.update([AWAITED]);
    bench.due();
    expect(bench.puts).toEqual([]);
  });

  it('has another host run within a second behind the end of the job', () => {
    const { world, hosts, run } = worldOf(1, 3);
    run(1000);
    const holder = hosts.find(({ settings }) => settings.name === world.runs[0]?.host);
    holder?.unwant();
    while (world.runs[0]?.toMs === null) run(1);
    holder?.endKeeper();
    run(1000);
    expect(running(world.runs)).toHaveLength(1);
    checkRuns(world.runs, 1);
  });

  it('has no other host run before the end of the job', () => {
    const { world, hosts, run } = worldOf(2, 3);
    run(1000);
    const holder = hosts.find(({ settings }) => settings.name === world.runs[0]?.host);
    holder?.endKeeper();
    run(100);
    expect(holder?.keeper).toBeNull();
    holder?.unwant();
    run(3 * TTL_MS);
    expect(running(world.runs)).toHaveLength(1);
    checkRuns(world.runs, 1);
  });
});
