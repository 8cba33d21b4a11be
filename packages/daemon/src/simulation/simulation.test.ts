import { parseJob } from '@upstart/job-language';
import type { SimulatedAction, SimulatedChange } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import type { EngineRequest } from '../engine/model/messages.ts';
import { TEST_SETTINGS } from '../engine/testing/world.ts';
import type { Report } from '../supervisor/process-messages.ts';
import { freshState, simulate } from './plan.ts';

const TIME = { nowMs: 1000, wallMs: 1_700_000_000_000 };
const define = (name: string, text: string) => parseJob(text, { name, path: `/etc/init/${name}.conf` });

function run(jobs: Record<string, string>, actions: SimulatedAction[], exits: Record<string, number> = {}) {
  const edits = Object.entries(jobs).map(([name, text]) => define(name, text));
  return simulate(freshState(TEST_SETTINGS), { actions, edits, exits }, TIME);
}

const texts = (changes: readonly SimulatedChange[]): string[] =>
  changes.map((change) =>
    change.kind === 'goal' ? `${change.job} goal ${change.to} ${change.cause}` : `${change.job} ${change.to}`,
  );
/** Without the states that are left at once. */
const rests = (changes: readonly SimulatedChange[]): string[] =>
  texts(changes).filter((text) => !/(spawning|pre-starting|post-starting|post-stopping)$/.test(text));
const BOOT: SimulatedAction[] = [{ type: 'boot' }];

describe('a simulation', () => {
  it('boots: what starts, in order, with causes', () => {
    const result = run(
      {
        db: 'start on startup\npre-start exec true\nexec db\nexpect daemon',
        web: 'start on started db\nstop on stopping db\nexec web',
        once: 'start on started web\ntask\nexec once',
        late: 'start on never-comes and started web\nexec late',
        hand: 'exec hand',
      },
      BOOT,
    );
    expect(rests(result.changes)).toEqual([
      'db goal start by `startup`',
      'db starting',
      'db security',
      'db pre-start',
      'db spawned',
      'db post-start',
      'db running',
      'web goal start by `started JOB=db`',
      'web starting',
      'web security',
      'web pre-start',
      'web spawned',
      'web post-start',
      'web running',
      'once goal start by `started JOB=web`',
      'once starting',
      'once security',
      'once pre-start',
      'once spawned',
      'once post-start',
      'once running',
      'once goal stop because its main process exited normally',
      'once stopping',
      'once killed',
      'once post-stop',
      'once waiting',
    ]);
    expect(result).toMatchObject({ ending: 'quiet', errors: [], stuck: [], restless: [], dropped: 0 });
    expect(result.never).toEqual([{ job: 'late', needs: '`never-comes`' }]);
  });

  it('stops what depends on a job, and waits for it', () => {
    const jobs = { db: 'start on startup\nexec db', web: 'start on started db\nstop on stopping db\nexec web' };
    const { changes } = run(jobs, [...BOOT, { type: 'stop', job: 'db', env: [] }]);
    const stops = texts(changes).filter((text) => / (stopping|waiting)$/.test(text));
    expect(stops).toEqual(['db stopping', 'web stopping', 'web waiting', 'db waiting']);
  });

  it('has jobs end as it is asked to: a service that fails is respawned up to its limit', () => {
    const jobs = {
      web: 'start on startup\nrespawn\nrespawn limit 3 5\nexec web',
      after: 'start on stopped web\nexec after',
    };
    const result = run(jobs, BOOT, { web: 1 });
    expect(texts(result.changes).filter((text) => text === 'web spawned')).toHaveLength(4);
    expect(texts(result.changes)).toContain('after running');
    expect(result.assumed.join('\n')).toContain('The main process of web ends at once, with status 1.');
  });

  it('fails a job without a main process by its first hook', () => {
    const jobs = {
      net: 'start on startup\npre-start exec up\npost-stop exec down',
      web: 'start on started net\nexec web',
    };
    const { changes, never } = run(jobs, BOOT, { net: 1 });
    expect(texts(changes)).not.toContain('net running');
    expect(never).toEqual([{ job: 'web', needs: '`started net`' }]);
  });

  it('has services say at once that they are ready, and stay healthy', () => {
    const jobs = {
      db: 'start on startup\nexpect notify\nwatchdog 5\nrespawn\nexec db',
      cache: 'start on started db\nexpect fd 3\nexec cache',
      web: 'start on started cache\nready tcp 80\nready after 2\ncheck exec true\nexec web',
    };
    const { changes, never, assumed } = run(jobs, BOOT);
    expect(changes.filter(({ to }) => to === 'running').map(({ job, atMs }) => [job, atMs])).toEqual([
      ['db', 0],
      ['cache', 0],
      ['web', 2000],
    ]);
    expect(never).toEqual([]);
    expect(assumed).toContain('Services are ready as soon as they run, and stay healthy.');
    expect(run({ web: 'exec web' }, BOOT).assumed.join()).not.toContain('healthy');
  });

  it.each([
    ['expect notify', ['spawned', 'execed']],
    ['expect daemon', ['spawned', 'execed']],
    ['expect fork\nready tcp 80', ['spawned']],
    ['respawn', ['spawned']],
  ])('completes a start that is under way: %s', (stanza, reports) => {
    const state = freshState(TEST_SETTINGS);
    const engine = new Engine(state);
    const definition = define('web', `exec web\n${stanza}`);
    const time = { now: TIME.nowMs, wall: TIME.wallMs };
    engine.apply({ ...time, type: 'define', name: 'web', definition });
    const start: EngineRequest = { method: 'start', target: { job: 'web', env: [] }, wait: true };
    const effects = engine.apply({ ...time, type: 'request', key: 'k', keep: false, request: start });
    const spawn = effects.flatMap((effect) => (effect.type === 'command' ? [effect.command.id] : []))[0] as number;
    for (const [i, type] of reports.entries())
      engine.apply({ ...time, type: 'report', report: { seq: i + 1, type, process: spawn, pid: 7 } as Report });
    const { changes, stuck } = simulate(state, { actions: [], edits: [], exits: {} }, TIME);
    expect(texts(changes)).toContain('web running');
    expect(stuck).toEqual([]);
  });

  it('finds loops', () => {
    const jobs = {
      a: 'start on startup or stopped b\ntask\nexec a',
      b: 'start on stopped a\ntask\nexec b',
    };
    const result = run(jobs, BOOT);
    expect(result.ending).toBe('endless');
    expect(result.restless.map(({ instance }) => instance).sort()).toEqual(['a', 'b']);
  });

  it('lets time pass: a process that ignores nothing ends by its signal, a hook timeout is no wait', () => {
    const jobs = { web: 'start on startup\nkill timeout 60\nexec web' };
    const result = run(jobs, [...BOOT, { type: 'restart', job: 'web', env: [] }]);
    expect(result.stuck).toEqual([]);
    expect(texts(result.changes).filter((text) => text === 'web running')).toHaveLength(2);
  });

  it('tells what is refused', () => {
    const result = run(
      { web: 'exec web' },
      [
        { type: 'start', job: 'wbe', env: [] },
        { type: 'stop', job: 'web', env: [] },
      ],
      { nowhere: 1 },
    );
    expect(result.errors).toEqual(['Unknown job: nowhere', 'Unknown job: wbe', 'web: Unknown instance: ']);
  });

  it('names the request that fails', () => {
    const jobs = { a: 'task\nexec a', b: 'task\nexec b', c: 'start on go\ntask\nexec a' };
    const actions: SimulatedAction[] = [
      ...(['a', 'b'] as const).map((job): SimulatedAction => ({ type: 'start', job, env: [] })),
      { type: 'emit', name: 'go', env: [] },
    ];
    expect(run(jobs, actions, { a: 1, b: 0, c: 2 }).errors).toEqual(['a: Job failed to start', 'go: Event failed']);
  });
});

describe('pauses and settle times', () => {
  it('pass in simulated time, the pauses longer each time', () => {
    const result = run(
      {
        web: 'start on startup\nready after 2\nexec web',
        bad: 'start on startup\nrespawn\nrespawn delay 10 40\nrespawn limit unlimited\nexec bad',
      },
      BOOT,
      { bad: 1 },
    );
    const at = (job: string, to: string): number[] =>
      result.changes.flatMap((change) =>
        change.job === job && change.kind === 'state' && change.to === to ? [change.atMs] : [],
      );
    expect(at('web', 'running')).toEqual([2000]);
    const starts = at('bad', 'starting');
    const pauses = starts.slice(1, 5).map((start, i) => start - (starts[i] as number));
    [10_000, 20_000, 40_000, 40_000].forEach((longest, i) => {
      expect(pauses[i]).toBeGreaterThanOrEqual(longest * 0.9);
      expect(pauses[i]).toBeLessThanOrEqual(longest);
    });
    expect(result.ending).toBe('quiet');
    expect(result.restless).toMatchObject([{ instance: 'bad' }]);
  });
});
