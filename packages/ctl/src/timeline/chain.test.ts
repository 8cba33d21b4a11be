import type { HistoryEntry } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { chainLines } from '../text/chain.ts';
import { paletteFor } from '../text/colour.ts';
import { bootChain, jobChain, MAX_STEPS } from './chain.ts';
import { BOOT_GAP_MS, CLOCK_SLACK_MS, ofBoot, ofThisMachineStart } from './entries.ts';
import { bootHistory, HistoryWriter, randomJobs } from './testing/world.ts';

const PLAIN = paletteFor(false, {});
const BY_EVENT = { kind: 'event', text: 'by an event' } as const;

/** `db` waits in `starting` for the task `migrate`; `web` is started by `db`. */
function story(): HistoryWriter {
  const history = new HistoryWriter(1_000_000);
  const startup = history.event('startup', { kind: 'init', text: '' });
  const db = history.goal('db', 'start', { kind: 'event', text: 'by `startup`' }, 2, startup);
  const starting = history.state('db', 'waiting', 'starting', 2, db);
  let task = history.goal('migrate', 'start', { kind: 'event', text: 'by `starting JOB=db`' }, 3, starting);
  task = history.state('migrate', 'waiting', 'starting', 3, task);
  task = history.state('migrate', 'starting', 'spawned', 3, task);
  task = history.state('migrate', 'spawned', 'running', 10, task);
  task = history.exit('migrate', 0, 1500, task);
  task = history.goal('migrate', 'stop', { kind: 'process', text: 'because it ended' }, 1500, task);
  task = history.state('migrate', 'running', 'waiting', 1501, task);
  let last = history.state('db', 'starting', 'pre-start', 1501, task);
  last = history.state('db', 'pre-start', 'spawned', 1600, last);
  last = history.state('db', 'spawned', 'running', 1700, last);
  last = history.goal('web', 'start', { kind: 'event', text: 'by `started JOB=db`' }, 1700, last);
  last = history.state('web', 'waiting', 'starting', 1700, last);
  last = history.state('web', 'starting', 'spawned', 1701, last);
  history.state('web', 'spawned', 'running', 2904, last);
  return history;
}

describe('the chain of a boot', () => {
  it('leads from the last job that was running back to the first event', () => {
    const chain = bootChain(story().sorted());
    expect(chain).toMatchObject({ totalMs: 2904, complete: true, beganMs: 1_000_000 });
    expect(chain && chainLines(chain, 'The boot', PLAIN).slice(3)).toEqual([
      'web running @2.904s +1.204s  started by `started JOB=db`; starting 1ms, spawned 1.203s',
      '└─db running @1.700s +199ms  pre-start 99ms, spawned 100ms',
      '  └─migrate stopped @1.501s +1.499s  started by `starting JOB=db`; spawned 7ms, running 1.491s',
      '    └─db starting @2ms +2ms  started by `startup`',
      '      └─startup emitted @0ms',
    ]);
  });

  it('tells a restart as such', () => {
    const history = new HistoryWriter(0);
    const start = history.goal('web', 'start', { kind: 'request', text: 'restarted by request' }, 0, 0);
    history.state('web', 'stopping', 'running', 5, start);
    const chain = jobChain(history.sorted(), 'web', null);
    expect(chain && chainLines(chain, 'web', PLAIN)[3]).toMatch(/^web running @5ms \+5ms {2}restarted by request/);
  });

  it('ends when nothing has happened for a while, and is without what was started by hand', () => {
    const history = story();
    const hand = history.goal('hand', 'start', { kind: 'request', text: 'by request' }, 3000, 0);
    history.state('hand', 'waiting', 'running', 3100, hand);
    expect(bootChain(history.sorted())?.steps[0]).toMatchObject({ job: 'web' });
    for (const [gap, job] of [
      [BOOT_GAP_MS, 'late'],
      [BOOT_GAP_MS + 1, 'web'],
    ] as const) {
      const more = story();
      const timer = more.goal('late', 'start', { kind: 'timer', text: '' }, 2904 + gap, 0);
      more.state('late', 'waiting', 'running', 2904 + gap, timer);
      expect(bootChain(more.sorted())?.steps[0]).toMatchObject({ job });
    }
  });

  it('waits for a job that is coming up, however long that takes', () => {
    const history = story();
    const slow = history.state('slow', 'waiting', 'pre-start', 2900, 0);
    history.state('slow', 'pre-start', 'running', 2900 + 10 * BOOT_GAP_MS, slow);
    expect(bootChain(history.sorted())?.steps[0]).toMatchObject({ job: 'slow', reached: 'running' });
  });

  it('is that of the last start of the machine, and is none without a first event', () => {
    const before = bootHistory(randomJobs(5, 1)).map((entry) => ({ ...entry, monotonicMs: entry.monotonicMs + 1000 }));
    const now = story().sorted();
    const offset = before.length;
    const after = now.map((entry) => ({ ...entry, id: entry.id + offset, after: entry.after && entry.after + offset }));
    expect(bootChain([...before, ...after])?.steps[0]).toMatchObject({ job: 'web' });
    expect(bootChain([])).toBeNull();
    expect(bootChain(story().sorted().slice(1))).toBeNull();
  });

  it('counts from the first event even if something else has emitted the one that decided', () => {
    const history = story();
    const outside = history.event('runlevel', { kind: 'request', text: 'by request' }, 3000);
    const rc = history.goal('rc', 'start', { kind: 'event', text: 'by `runlevel`' }, 3000, outside);
    history.state('rc', 'waiting', 'running', 3100, rc);
    const chain = bootChain(history.sorted());
    expect(chain).toMatchObject({ totalMs: 3100, beganMs: 1_000_000 });
    expect(chain?.steps).toMatchObject([
      { job: 'rc', atMs: 3100, tookMs: 100 },
      { event: 'runlevel', atMs: 3000 },
    ]);
  });

  it('is not cut where entries are a little out of order', () => {
    const [first, second] = story().sorted() as [HistoryEntry, HistoryEntry];
    const later = (ms: number): HistoryEntry[] => [{ ...first, monotonicMs: second.monotonicMs + ms }, second];
    expect(ofThisMachineStart(later(CLOCK_SLACK_MS))).toHaveLength(2);
    expect(ofThisMachineStart(later(CLOCK_SLACK_MS + 1))).toHaveLength(1);
  });

  it('has an end where a job is respawned again and again', () => {
    const history = story();
    let last = history.goal('loop', 'start', { kind: 'event', text: '' }, 2000, 1);
    last = history.state('loop', 'waiting', 'starting', 2000, last);
    for (let ms = 2000; ms < 10 * BOOT_GAP_MS; ms += 1000) {
      last = history.state('loop', 'starting', 'running', ms + 10, last);
      last = history.exit('loop', 1, ms + 20, last);
      last = history.state('loop', 'running', 'stopping', ms + 20, last);
      last = history.state('loop', 'stopping', 'starting', ms + 30, last);
    }
    expect(ofBoot(history.sorted())?.at(-1)).toMatchObject({ job: 'web', to: 'running', monotonicMs: 2904 });
    // A stop is no respawn.
    const stop = history.goal('loop', 'stop', { kind: 'event', text: '' }, 10 * BOOT_GAP_MS, last);
    history.state('loop', 'starting', 'waiting', 10 * BOOT_GAP_MS, stop);
    expect(ofBoot(history.sorted())?.at(-1)).toMatchObject({ job: 'web', to: 'running' });
  });

  it('of a respawned job is that of its first start', () => {
    const history = story();
    const exit = history.exit('web', 1, 5000, 0);
    history.state('web', 'running', 'running', 5100, exit);
    expect(bootChain(history.sorted())?.totalMs).toBe(2904);
  });

  it.each([10, 200, 1000])('of %d jobs is the path along which each entry came after another', (count) => {
    const entries = bootHistory(randomJobs(count, 3));
    const chain = bootChain(entries);
    expect(chain?.complete).toBe(true);
    expect(chain?.steps.at(-1)).toMatchObject({ kind: 'event', event: 'startup' });
    const took = chain?.steps.reduce((sum, { tookMs }) => sum + tookMs, 0);
    expect(took).toBe(chain?.totalMs);
    const lastMs = Math.max(
      ...entries.flatMap((e) => (e.kind === 'state' && e.to === 'running' ? [e.monotonicMs] : [])),
    );
    expect(chain?.totalMs).toBe(lastMs);
  });
});

describe('the chain of a job', () => {
  it('is that of its last start, up to where it has come', () => {
    const history = story();
    const request = history.goal('web', 'start', { kind: 'request', text: 'by request' }, 9000, 0);
    history.state('web', 'waiting', 'starting', 9001, request);
    const again = history.goal('web', 'start', { kind: 'request', text: 'by request' }, 9500, request);
    history.state('web', 'waiting', 'starting', 9501, again);
    expect(jobChain(history.sorted(), 'web', null)).toMatchObject({
      complete: true,
      totalMs: 1,
      steps: [{ job: 'web', reached: 'starting', cause: 'by request' }],
    });
  });

  it('has the wait for a lease, and what has become of it', () => {
    const history = story();
    const request = history.goal('web', 'start', { kind: 'request', text: 'by request' }, 9000, 0);
    const waits = history.state('web', 'waiting', 'starting', 9001, request);
    const taken = history.lease('web', 'taken', 9400, waits);
    const chainOf = () => jobChain(history.sorted(), 'web', null)?.steps;
    expect(chainOf()).toMatchObject([{ reached: 'lease taken', phases: [{ phase: 'starting', ms: 399 }] }]);
    const spawned = history.state('web', 'starting', 'spawned', 9450, taken);
    history.state('web', 'spawned', 'running', 9500, spawned);
    expect(chainOf()).toMatchObject([{ reached: 'running', tookMs: 500, phases: [{ ms: 449 }, { ms: 50 }] }]);
  });

  it('says when the history does not reach back to its beginning', () => {
    const entries = story().sorted().slice(5);
    const chain = jobChain(entries, 'web', null);
    expect(chain?.complete).toBe(false);
    expect(chain && chainLines(chain, 'web', PLAIN).at(-1)).toBe('    └─… the history does not reach back further');
    expect(jobChain(entries, 'gone', null)).toBeNull();
  });

  it('is that of the instance that is meant', () => {
    const history = new HistoryWriter(0);
    for (const [instance, ms] of [
      ['a', 1],
      ['b', 5],
    ] as const) {
      const start = history.goal('worker', 'start', BY_EVENT, ms, 0, instance);
      history.state('worker', 'waiting', 'running', ms + 1, start, instance);
    }
    expect(jobChain(history.sorted(), 'worker', 'a')?.steps[0]).toMatchObject({ instance: 'a' });
    expect(jobChain(history.sorted(), 'worker', null)?.steps[0]).toMatchObject({ instance: 'b' });
  });

  it('has a limited number of steps', () => {
    for (const [rounds, complete] of [
      [MAX_STEPS, true],
      [MAX_STEPS + 1, false],
    ] as const) {
      const history = new HistoryWriter(0);
      let last = 0;
      for (let at = 0; at < rounds; at++) last = history.goal(at % 2 ? 'ping' : 'pong', 'start', BY_EVENT, at, last);
      const chain = jobChain(history.sorted(), rounds % 2 ? 'pong' : 'ping', null);
      expect([chain?.steps.length, chain?.complete]).toEqual([MAX_STEPS, complete]);
    }
  });
});
