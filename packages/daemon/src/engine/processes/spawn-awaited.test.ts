import { describe, expect, it } from 'vitest';
import { SPAWN_AWAITED } from '../../supervisor/process-messages.ts';
import { isSettled } from '../requests/queries.ts';
import { TestWorld } from '../testing/world.ts';
import { runningProcesses } from './running-processes.ts';

const JOB = 'setuid web\nexec main\n';

/** A world in which the process `main` has been spawned so often, and whom it runs as was not known. */
function awaited(times: number): TestWorld {
  const world = new TestWorld();
  world.job('web', JOB);
  world.obeys = false;
  world.start('web');
  for (let i = 0; i < times; i++) {
    if (i > 0) world.wait(256);
    world.failToSpawn(world.process('main'), 'exec', SPAWN_AWAITED);
  }
  return world;
}

describe('a process whose user has to be asked for', () => {
  it('is spawned again until that is known', () => {
    const world = awaited(3);
    expect([world.status('web'), isSettled(world.engine.context, 'web')]).toEqual(['web start/spawned', false]);
    expect(world.logged().filter((line) => /error|Failed/.test(line))).toEqual([]);
    world.wait(256);
    world.spawned(world.process('main'));
    expect([world.status('web'), world.started.length]).toEqual(['web start/running', 4]);
  });

  it('is spawned after pauses that grow to a quarter of a second', () => {
    const world = awaited(1);
    const pauses: number[] = [];
    for (let i = 0; i < 10; i++) {
      pauses.push((world.engine.nextDue() ?? 0) - world.now);
      world.wait(256);
      world.failToSpawn(world.process('main'), 'exec', SPAWN_AWAITED);
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 256, 256]);
  });

  it('can turn out not to exist', () => {
    const world = awaited(1);
    world.wait(2);
    world.failToSpawn(world.process('main'), 'setuid-lookup', 0);
    expect(world.status('web')).toBe('web stop/waiting');
    expect(world.logged()).toContain('warn: Failed to spawn web main process: unable to find setuid user');
  });

  it('is not spawned any more when the job is to stop', () => {
    const world = awaited(2);
    const stop = world.stop('web');
    world.wait(256);
    expect([world.answer(stop), world.status('web'), world.started.length]).toEqual(['ok', 'web stop/waiting', 2]);
  });
});

describe('what a new daemon has to know of processes that run', () => {
  const tokens = (world: TestWorld): number[] => runningProcesses(world.engine.state).map(({ token }) => token);

  it('is of those with users, groups or control groups of their own', () => {
    const world = new TestWorld();
    world.job('web', `respawn\n${JOB}`);
    world.job('db', 'setgid db\nexec main\n');
    world.job('box', 'cgroup cpu\nexec main\n');
    world.job('plain', 'exec main\n');
    for (const job of ['web', 'db', 'box', 'plain']) world.start(job);
    const [web, db, box] = world.started;
    expect(new Set(tokens(world))).toEqual(new Set([web?.token, web?.standingOrder, db?.token, box?.token]));
    const specs = runningProcesses(world.engine.state).map(({ spec }) => spec);
    expect(specs.map(({ user, group }) => user ?? group)).toEqual(['web', 'web', 'db', null]);
    expect(specs.at(-1)?.cgroups).toMatchObject([{ controller: 'cpu', name: 'upstart/box' }]);
  });

  it('is of all where each job has a control group', () => {
    const world = new TestWorld({ jobCgroups: true });
    world.job('plain', 'exec main\n');
    world.start('plain');
    expect(tokens(world)).toEqual([world.process('main').token]);
  });
});
