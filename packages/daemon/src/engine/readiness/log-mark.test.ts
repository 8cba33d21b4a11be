import { describe, expect, it } from 'vitest';
import { Engine } from '../engine.ts';
import { why } from '../testing/explain.ts';
import { checkInvariants } from '../testing/invariants.ts';
import { TestWorld } from '../testing/world.ts';
import { MARK_TIMEOUT_MS } from './log-mark.ts';
import { armedProbes } from './readiness.ts';

const WEB = 'exec main\nready log "listening on"\n';

function started(text = WEB, settings = {}): TestWorld {
  const world = new TestWorld(settings);
  world.job('web', text);
  world.start('web');
  return world;
}

const targets = (world: TestWorld) => [...world.probes.values()].map(({ target }) => target);

/** Answers the question for the end of the log. */
function mark(world: TestWorld, answer = '77 1234'): void {
  const [probe] = world.probes.values();
  if (!probe) throw new Error('nothing is asked');
  world.probes.delete(probe.id);
  world.input({ type: 'probed', result: { id: probe.id, instance: probe.instance, isGood: true, answer } });
  checkInvariants(world);
}

describe('ready log', () => {
  it('looks where the log ends before the process begins, and behind that afterwards', () => {
    const world = started();
    expect(targets(world)).toEqual([{ kind: 'log-end', path: '/log/web.log' }]);
    expect(world.started).toEqual([]);
    mark(world);
    expect(world.commands()).toEqual(['main']);
    expect(targets(world)).toEqual([
      {
        kind: 'log',
        path: '/log/web.log',
        pattern: 'listening on',
        file: '77',
        offset: 1234,
        pid: world.process('main').pid,
      },
    ]);
    expect(why(world, 'web')).toContain('waits until /listening on/ matches a line of its output; no answer yet');
    const [probe] = world.probes.values();
    if (probe) world.probed(probe);
    expect(world.status('web')).toBe('web start/running');
    checkInvariants(world);
  });

  it('does so again for each process', () => {
    const world = started(`respawn\n${WEB}`);
    mark(world);
    const [probe] = world.probes.values();
    if (probe) world.probed(probe);
    expect(world.process('main').standingOrder).toBe(0);
    world.exit(world.process('main'), 1);
    expect(targets(world)).toEqual([{ kind: 'log-end', path: '/log/web.log' }]);
    mark(world, '78 5');
    expect(targets(world)).toMatchObject([{ kind: 'log', file: '78', offset: 5 }]);
  });

  it('has no process to be signalled while it asks: a reload is rejected, and an adoption looks for none', () => {
    const world = started();
    const key = world.request({ method: 'reload', target: { job: 'web', env: [] } });
    expect(world.answer(key)).toBe('Job is not running: web');
    world.input({ type: 'adopt', lastCommand: 100, alive: [], unknown: [] });
    expect(targets(world)).toEqual([{ kind: 'log-end', path: '/log/web.log' }]);
    mark(world);
    expect(world.commands()).toEqual(['main']);
  });

  it('begins with the file where there is none yet', () => {
    const world = started();
    mark(world, ' 0');
    expect(targets(world)).toMatchObject([{ kind: 'log', file: '', offset: 0 }]);
  });

  it('keeps what it knows over the death of a daemon', () => {
    const asked = started();
    const again = new Engine(structuredClone(asked.engine.state));
    expect([...armedProbes(again.context)]).toEqual([...asked.probes.values()]);
    mark(asked);
    const later = new Engine(structuredClone(asked.engine.state));
    expect([...armedProbes(later.context)]).toMatchObject([{ target: { kind: 'log', file: '77', offset: 1234 } }]);
  });

  it('starts the process without an answer when the disk hangs, and fails the start', () => {
    const world = started();
    world.wait(MARK_TIMEOUT_MS);
    expect([world.probes.size, world.commands()]).toEqual([0, ['main']]);
    world.wait(0);
    expect(world.events().length).toBeGreaterThan(0);
    expect(world.status('web')).toBe('web stop/killed');
    checkInvariants(world);
  });

  it('takes a stop while it asks', () => {
    const world = started();
    world.stop('web');
    mark(world);
    expect([world.status('web'), world.started, world.probes.size]).toEqual(['web stop/waiting', [], 0]);
  });

  it.each([
    ['there is no log', { logDir: null }],
    ['jobs have another console', { defaultConsole: 'none' as const }],
  ])('fails the start where %s', (_what, settings) => {
    const world = started(WEB, settings);
    world.wait(0);
    expect(world.status('web')).toBe('web stop/killed');
    expect(world.logged().join()).toContain('was not ready');
  });
});
