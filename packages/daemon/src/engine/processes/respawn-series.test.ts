import { describe, expect, it, test } from 'vitest';
import { explain } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';
import { FLAPPING_MS, FLAPPING_RESPAWNS, pauseMs, USUAL_RESET_MS } from './respawn-series.ts';

function started(file: string, name = 'web'): TestWorld {
  const world = new TestWorld();
  world.job(name, `respawn\nexec ${name}\n${file}`);
  world.start(name);
  return world;
}

/** The pause that begins with the end of the main process, in milliseconds. */
function pauseAfterEnd(world: TestWorld, name = 'web'): number {
  world.exit(world.process(name), 1);
  const [instance] = world.engine.state.instances.values();
  return instance?.pause?.ms ?? 0;
}

describe('a pause', () => {
  test.each([
    [1, 900, 1000],
    [2, 1800, 2000],
    [3, 3600, 4000],
    [4, 7200, 8000],
    [5, 9000, 10_000],
    [2000, 9000, 10_000],
  ])('number %d is at least %d ms, and at most %d', (count, least, most) => {
    const definition = { respawnDelayMs: 1000, respawnMaxDelayMs: 10_000 };
    const pauses = Array.from({ length: 50 }, (_, i) => pauseMs(definition, count, `job${i}`));
    for (const pause of pauses) {
      expect(pause).toBeGreaterThanOrEqual(least);
      expect(pause).toBeLessThanOrEqual(most);
    }
    // Jobs that end together come back at different moments, each always at the same one.
    expect(new Set(pauses).size).toBeGreaterThan(20);
    expect(pauseMs(definition, count, 'job0')).toBe(pauses[0]);
  });

  it('is never shorter than a millisecond', () => {
    expect(pauseMs({ respawnDelayMs: 1, respawnMaxDelayMs: 1 }, 1, '')).toBe(1);
  });

  it('stands between post-stop and starting, and doubles', () => {
    const world = started('respawn delay 1 3\nrespawn limit unlimited\npost-stop exec clean\n');
    for (const longest of [1000, 2000, 3000, 3000]) {
      world.exit(world.process('web'), 1);
      expect(world.list()).toEqual(['web start/post-stop']);
      world.exit(world.process('clean'));
      expect([world.list(), world.commands()]).toEqual([['web start/post-stop'], []]);
      world.wait(longest * 0.9 - 1);
      expect(world.commands()).toEqual([]);
      world.wait(longest * 0.1 + 1);
      expect(world.commands()).toEqual(['web']);
    }
  });

  it('without a second number stays as long', () => {
    const world = started('respawn delay 2\nrespawn limit unlimited\n');
    for (let i = 0; i < 4; i++) {
      expect(pauseAfterEnd(world)).toBeGreaterThanOrEqual(1800);
      world.wait(2000);
    }
  });

  it('does not stand before a start that was asked for', () => {
    const world = started('respawn delay 10\n');
    world.restart('web');
    world.exit(world.process('web'), 0, 15);
    expect(world.list()).toEqual(['web start/running']);
  });

  it('gives no standing orders', () => {
    const world = started('respawn delay 1\n');
    expect(world.process('web').standingOrder).toBe(0);
    expect(started('respawn reset 1\n').process('web').standingOrder).not.toBe(0);
  });
});

describe('in the pause', () => {
  function paused(more = ''): TestWorld {
    const world = started(`respawn delay 10\n${more}`);
    world.exit(world.process('web'), 1);
    return world;
  }

  it('a stop ends the job at once', () => {
    const world = paused();
    const stop = world.stop('web');
    expect([world.answer(stop), world.list()]).toEqual(['ok', ['web stop/waiting']]);
    world.wait(20_000);
    expect(world.commands()).toEqual([]);
  });

  it('an event of its stop on does, too', () => {
    const world = paused('stop on end\n');
    const emitted = world.emit('end');
    expect([world.answer(emitted), world.list()]).toEqual(['ok', ['web stop/waiting']]);
  });

  it('a restart begins the next run at once, with its variables', () => {
    const world = paused();
    const restart = world.restart('web', 'A=1');
    expect([world.answer(restart), world.list()]).toEqual(['ok', ['web start/running']]);
    expect(world.process('web').spec.env).toContain('A=1');
    world.wait(20_000);
    expect(world.started).toHaveLength(2);
  });

  it('a start is refused, and a reload and a signal have no process', () => {
    const world = paused();
    const target = { job: 'web', env: [] };
    expect(world.answer(world.start('web'))).toBe('Job is already running: web');
    expect(world.answer(world.request({ method: 'reload', target }))).toBe('Job is not running: web');
    const kill = world.request({ method: 'kill', target, signal: 9, hook: false });
    expect(world.answer(kill)).toBe('Job has no main process that runs: web');
  });

  it('a changed file waits for the end of the job, as ever', () => {
    const world = paused();
    world.job('web', 'exec other\n');
    world.wait(10_000);
    expect(world.commands()).toEqual(['web']);
    world.exit(world.process('web'), 1);
    world.stop('web');
    world.start('web');
    expect(world.commands()).toEqual(['other']);
  });

  it('a file that is gone leaves the job as it is until it is stopped', () => {
    const world = paused();
    world.input({ type: 'define', name: 'web', definition: null });
    world.wait(10_000);
    expect(world.commands()).toEqual(['web']);
  });

  it('the end of the session ends the job', () => {
    const world = paused();
    world.input({ type: 'quiesce', reason: 'shutdown' });
    world.wait(1000);
    expect(world.list()).toEqual(['web stop/waiting']);
  });

  it('explain tells when the next try comes', () => {
    const world = paused();
    expect(explain(world, 'web').instances[0]?.why).toMatch(
      /; pauses before its next respawn, which comes in \d+ seconds$/,
    );
    expect(explain(world, 'web').instances[0]?.series).toEqual({
      count: 1,
      since: expect.any(Number),
      next: expect.any(Number),
    });
  });
});

describe('a series', () => {
  it('ends when the job has run for as long as the stanza says', () => {
    const world = started('respawn delay 1 100\nrespawn reset 30\n');
    expect(pauseAfterEnd(world)).toBeLessThanOrEqual(1000);
    world.wait(1000);
    world.wait(29_900);
    expect(pauseAfterEnd(world)).toBeGreaterThan(1000);
    world.wait(2000);
    world.wait(30_000);
    expect(pauseAfterEnd(world)).toBeLessThanOrEqual(1000);
  });

  it('ends after ten minutes without the stanza', () => {
    const world = started('respawn delay 1 100\n');
    pauseAfterEnd(world);
    world.wait(1000);
    world.wait(USUAL_RESET_MS);
    expect(pauseAfterEnd(world)).toBeLessThanOrEqual(1000);
  });

  it('that ends ends the window of the respawn limit, too', () => {
    const world = started('respawn limit 2 1000\nrespawn reset 10\n');
    for (let i = 0; i < 6; i++) {
      world.wait(10_000);
      world.exit(world.process('web'), 1);
    }
    expect(world.list()).toEqual(['web start/running']);
    for (let i = 0; i < 2; i++) world.exit(world.process('web'), 1);
    expect(world.list()).toEqual(['web stop/waiting']);
  });
});

describe('the event flapping', () => {
  const ALARM = 'start on flapping JOB=web\ntask\nexec alarm\n';

  it('comes once a series, with the number of respawns', () => {
    const world = started('respawn delay 1\nrespawn limit unlimited\nrespawn reset 30\n');
    world.job('alarm', ALARM);
    const alarms = (): string[] =>
      world.started.flatMap(({ spec }) => (spec.argv[0] === 'alarm' ? [spec.argv[0]] : []));
    for (let i = 1; i < FLAPPING_RESPAWNS; i++) {
      world.exit(world.process('web'), 1);
      world.wait(1000);
    }
    expect(alarms()).toEqual([]);
    for (let i = 0; i < 3; i++) {
      world.exit(world.process('web'), 1);
      world.wait(1000);
    }
    expect(alarms()).toHaveLength(1);
    world.exit(world.process('alarm'));
    world.wait(30_000);
    for (let i = 0; i < FLAPPING_RESPAWNS; i++) {
      world.exit(world.process('web'), 1);
      world.wait(1000);
    }
    expect(alarms()).toHaveLength(2);
  });

  it('names the job, the instance and the count, then what the job exports', () => {
    const world = new TestWorld();
    world.job('web', 'respawn\nrespawn reset 30\ninstance $N\nexport N\nexec web\n');
    world.job('alarm', 'start on flapping\nexec alarm\n');
    world.start('web', 'N=1');
    for (let i = 0; i < FLAPPING_RESPAWNS; i++) world.exit(world.process('web'), 1);
    expect(world.process('alarm').spec.env).toEqual(
      expect.arrayContaining(['JOB=web', 'INSTANCE=1', 'COUNT=5', 'N=1']),
    );
  });

  it.each([
    ['nobody asks for it', '', 'nothing'],
    ['a job listens', '', 'flapping'],
    ['the job has a delay', 'respawn delay 0.001\n', 'nothing'],
  ])('where %s', (name, stanza, event) => {
    const world = started(stanza);
    world.job('alarm', `start on ${event}\nexec alarm\n`);
    for (let i = 0; i < FLAPPING_RESPAWNS; i++) {
      world.exit(world.process('web'), 1);
      world.wait(1);
    }
    expect(world.logged().includes('debug: Pending flapping event')).toBe(!name.startsWith('nobody'));
  });

  it('needs as many respawns within ten minutes', () => {
    for (const [pause, flaps] of [
      [FLAPPING_MS / 4, true],
      [FLAPPING_MS / 4 + 1, false],
    ] as const) {
      const world = started('respawn reset 3600\n');
      for (let i = 0; i < FLAPPING_RESPAWNS; i++) {
        if (i > 0) world.wait(pause);
        world.exit(world.process('web'), 1);
      }
      expect(world.logged().includes('debug: Pending flapping event')).toBe(flaps);
    }
  });
});
