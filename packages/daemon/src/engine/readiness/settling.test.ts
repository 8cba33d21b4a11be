import { describe, expect, it } from 'vitest';
import { explain, why } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';

function starting(file: string): { world: TestWorld; start: string } {
  const world = new TestWorld();
  world.job('web', `exec web\nready after 2\n${file}`);
  return { world, start: world.start('web') };
}

describe('ready after', () => {
  it('keeps the job in spawned until its process has lived so long', () => {
    const { world, start } = starting('post-start exec tell\n');
    expect([world.list(), world.answer(start)]).toEqual([['web start/spawned'], null]);
    expect(why(world, 'web')).toMatch(
      /; the main process \(\d+\) has to live for 2 seconds more, as `ready after` says$/,
    );
    world.wait(1999);
    expect(world.list()).toEqual(['web start/spawned']);
    world.wait(1);
    expect(world.list()).toEqual(['web start/post-start']);
    world.exit(world.process('tell'));
    expect([world.list(), world.answer(start)]).toEqual([['web start/running'], 'ok']);
    world.wait(10_000);
    expect(world.list()).toEqual(['web start/running']);
  });

  it.each([0, 1])('makes an earlier end a failed start, with status %d too', (status) => {
    const { world, start } = starting('');
    world.wait(1999);
    world.exit(world.process('web'), status);
    expect([world.list(), world.answer(start)]).toEqual([['web stop/waiting'], 'Job failed to start']);
    expect(explain(world, 'web').last?.text).toContain('did not live for 2 seconds, as `ready after` expects');
  });

  it('takes an end that the file calls normal for no failure', () => {
    const { world, start } = starting('normal exit 0\n');
    world.exit(world.process('web'), 0);
    expect(world.answer(start)).toBe('ok');
  });

  it('lets a job that respawns try again', () => {
    const { world, start } = starting('respawn\n');
    world.exit(world.process('web'), 1);
    expect([world.list(), world.answer(start)]).toEqual([['web start/spawned'], null]);
    world.wait(2000);
    expect([world.list(), world.answer(start)]).toEqual([['web start/running'], 'ok']);
    // A standing order starts the next process: that one has to live as long.
    world.exit(world.process('web'), 1);
    expect(world.list()).toEqual(['web start/spawned']);
    world.wait(2000);
    expect(world.list()).toEqual(['web start/running']);
  });

  it('is ended by a stop and a restart at once', () => {
    const { world, start } = starting('');
    const stop = world.stop('web');
    expect([world.list(), world.process('web').signals]).toEqual([['web stop/killed'], [15]]);
    world.exit(world.process('web'), 0, 15);
    expect([world.answer(start), world.answer(stop), world.list()]).toEqual(['ok', 'ok', ['web stop/waiting']]);
    const again = starting('');
    again.world.restart('web');
    expect(again.world.list()).toEqual(['web start/killed']);
    again.world.exit(again.world.process('web'), 0, 15);
    again.world.wait(2000);
    expect(again.world.list()).toEqual(['web start/running']);
  });

  it('begins when `expect` is met', () => {
    const { world } = starting('expect stop\n');
    world.wait(5000);
    const { token, pid } = world.process('web');
    world.report({ type: 'stopped', process: token, pid, signal: 19 });
    world.wait(1000);
    // A second one does not begin it again.
    world.report({ type: 'stopped', process: token, pid, signal: 19 });
    expect(world.list()).toEqual(['web start/spawned']);
    world.wait(1000);
    expect(world.list()).toEqual(['web start/running']);
  });

  it('means nothing to a task, and with 0 seconds to nobody', () => {
    expect(starting('task\n').world.list()).toEqual(['web start/running']);
    expect(starting('ready after 0\n').world.list()).toEqual(['web start/running']);
  });
});
