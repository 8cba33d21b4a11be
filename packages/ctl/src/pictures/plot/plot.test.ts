import type { JobStatus } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { expectLinear } from '../../../../../test/processor-time.ts';
import { bootChain } from '../../timeline/chain.ts';
import { bootHistory, HistoryWriter, randomJobs } from '../../timeline/testing/world.ts';
import { axisOf } from './axis.ts';
import { headingOf, plotPicture } from './drawing.ts';
import { MAX_ROWS, plotOf, totals } from './rows.ts';

const ALL = { chain: new Set<number>(), isWanted: null };
const BY_EVENT = { kind: 'event', text: 'by an event' } as const;

/** `db` is started by `startup`, `web` by `db`; `web` ends with status 1. */
function story(): HistoryWriter {
  const history = new HistoryWriter(0);
  const startup = history.event('startup', { kind: 'init', text: '' });
  let last = history.goal('db', 'start', BY_EVENT, 0, startup);
  last = history.state('db', 'waiting', 'starting', 0, last);
  last = history.state('db', 'starting', 'pre-start', 100, last);
  last = history.state('db', 'pre-start', 'spawned', 300, last);
  last = history.state('db', 'spawned', 'running', 400, last);
  last = history.goal('web', 'start', BY_EVENT, 400, last);
  last = history.state('web', 'waiting', 'spawned', 401, last);
  last = history.state('web', 'spawned', 'running', 500, last);
  last = history.exit('web', 1, 900, last);
  last = history.goal(
    'web',
    'stop',
    { kind: 'process', text: 'because its main process (1) terminated with status 1' },
    900,
    last,
  );
  last = history.state('web', 'running', 'stopping', 900, last);
  history.state('web', 'stopping', 'waiting', 1000, last);
  return history;
}

describe('the rows of a plot', () => {
  it('have a bar for each phase, and what went wrong', () => {
    const { rows, links, fromMs, toMs } = plotOf(story().sorted(), [], ALL);
    expect([fromMs, toMs]).toEqual([0, 1030]);
    expect(rows.map(({ label, upMs, failure, phase }) => [label, upMs, failure, phase])).toEqual([
      ['startup', null, null, null],
      ['db', 400, null, 'running'],
      ['web', 99, 'main process terminated with status 1', null],
    ]);
    expect(rows[1]?.bars).toEqual([
      { phase: 'starting', fromMs: 0, toMs: 100 },
      { phase: 'pre-start', fromMs: 100, toMs: 300 },
      { phase: 'spawned', fromMs: 300, toMs: 400 },
      { phase: 'running', fromMs: 400, toMs: 1030 },
    ]);
    expect(rows[2]).toMatchObject({ badExitsMs: [900], fromMs: 401 });
    expect(links).toEqual([
      { kind: 'start', from: 0, fromMs: 0, to: 1, toMs: 0, isInChain: false },
      { kind: 'start', from: 1, fromMs: 400, to: 2, toMs: 400, isInChain: false },
    ]);
  });

  it('follow what init says now about failures', () => {
    const job = (health: 'well' | 'failed', why: string | null): JobStatus => ({
      job: 'web',
      instances: [],
      health,
      why,
      last: null,
    });
    const failure = (jobs: JobStatus[]) => plotOf(story().sorted(), jobs, ALL).rows[2]?.failure;
    expect(failure([job('failed', 'it died')])).toBe('it died');
    expect(failure([job('well', null)])).toBeNull();
  });

  it('are those of the wanted jobs, then without events', () => {
    const { rows, links } = plotOf(story().sorted(), [], { ...ALL, isWanted: (job) => job === 'web' });
    expect(rows.map(({ label }) => label)).toEqual(['web']);
    expect(links).toEqual([]);
  });

  it('show the state that an instance had before, and leave out events without effect', () => {
    const history = new HistoryWriter(0);
    history.event('nothing', { kind: 'request', text: '' });
    history.state('db', 'running', 'stopping', 50, 0);
    const { rows, fromMs } = plotOf(history.sorted(), [], ALL);
    expect(fromMs).toBe(50);
    expect(rows).toMatchObject([{ label: 'db', bars: [{ phase: 'running' }, { phase: 'stopping' }] }]);
  });

  it('are limited in number, and the rest is counted', () => {
    for (const [count, dropped] of [
      [MAX_ROWS - 1, 0],
      [MAX_ROWS, 1],
    ] as const) {
      const plot = plotOf(bootHistory(randomJobs(count, 1)), [], ALL);
      expect([plot.rows.length, plot.dropped]).toEqual([MAX_ROWS, dropped]);
    }
  });

  it('are counted by how their jobs do', () => {
    expect(totals(plotOf(story().sorted(), [], ALL))).toEqual({
      jobs: 2,
      running: 1,
      coming: 0,
      stopped: 0,
      failed: 1,
    });
    expect(totals(plotOf(story().sorted().slice(0, 9), [], ALL))).toMatchObject({ running: 2, failed: 0 });
  });
});

describe('the axis', () => {
  it.each([
    [0, 5, '1ms: 0.000s 0.001s'],
    [0, 2700, '500ms: 0.0s 0.5s'],
    [1000, 61_000, '10000ms: 0s 10s'],
    [0, 7_200_000, '900000ms: 0min 15min'],
    [0, 0, '1ms: 0.000s 0.001s'],
    [0, 30 * 86_400_000, '259200000ms: 0min 72h'],
  ])('from %d to %d has ticks that people count by', (from, to, expected) => {
    const { ticks, at } = axisOf(from, to, 1000);
    const [first, second] = ticks;
    expect(`${(second?.ms ?? 0) - (first?.ms ?? 0)}ms: ${first?.label} ${second?.label}`).toBe(expected);
    expect(ticks.length).toBeLessThan(15);
    expect(at(from)).toBe(0);
  });
});

describe('the picture', () => {
  const heading = { title: 'The boot', lines: [] };

  it('keeps names apart from bars', () => {
    const svg = plotPicture(plotOf(bootHistory(randomJobs(40, 5)), [], ALL), heading);
    const namesEnd = Math.max(
      ...[...svg.matchAll(/<text x="([\d.]+)"[^>]* text-anchor="end"/g)].map(([, x]) => Number(x)),
    );
    const bars = [
      ...svg.matchAll(/<rect class="(?:starting|pre-start|spawned|running|stopping)" x="([\d.]+)" y="([\d.]+)"/g),
    ];
    const barsBegin = Math.min(...bars.filter(([, , y]) => Number(y) > 140).map(([, x]) => Number(x)));
    expect(barsBegin).toBeGreaterThan(namesEnd);
  });

  it('marks what failed by a cross, and stresses the chain', () => {
    const entries = story().sorted();
    const chain = bootChain(entries);
    const plot = plotOf(entries, [], { chain: chain?.entries ?? new Set(), isWanted: null });
    const svg = plotPicture(plot, headingOf(plot, 'The boot', { beganMs: 0, last: null }));
    expect(svg).toContain('>✕ web</text>');
    expect(svg).toContain('class="link starts chain"');
    expect(svg).toContain('2 jobs: 1 running, 0 stopped, 1 failed');
    expect(svg).toContain('begins 1970-01-01 00:00:00 UTC');
  });

  it('escapes names, and draws a history of nothing', () => {
    const history = new HistoryWriter(0);
    history.state('<b>&\udc80', 'waiting', 'running', 1, 0, '"');
    expect(plotPicture(plotOf(history.sorted(), [], ALL), heading)).not.toMatch(/<b>|\p{Cs}/u);
    expect(plotPicture(plotOf([], [], ALL), heading)).toContain('The boot');
  });

  it('of a thousand jobs takes less than two seconds of the processor', () => {
    const entries = bootHistory(randomJobs(1000, 3));
    const draw = () =>
      plotPicture(plotOf(entries, [], { chain: bootChain(entries)?.entries ?? new Set(), isWanted: null }), heading);
    expectLinear(draw, 2000);
  });
});
