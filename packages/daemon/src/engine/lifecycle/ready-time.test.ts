import { expect, it } from 'vitest';
import { detailsFor } from '../explain/details.ts';
import { question } from '../explain/question.ts';
import { listJobs } from '../requests/queries.ts';
import { TestWorld } from '../testing/world.ts';

function readyMs(world: TestWorld): number | undefined {
  const { context } = world.engine;
  const details = detailsFor(question(context, world.now, true), [], () => ({ memoryBytes: null, cpuMs: null }));
  return listJobs(context, 'job', details)[0]?.instances[0]?.readyMs;
}

it('is that of the last start, from its beginning until the job runs', () => {
  const world = new TestWorld();
  world.job('job', 'respawn\npre-start exec before\nexec main\npre-stop exec stays\n');
  world.start('job');
  expect(readyMs(world)).toBeUndefined();
  world.wait(1500);
  world.exit(world.process('before'));
  expect(world.status('job')).toBe('job start/running');
  expect(readyMs(world)).toBe(1500);
  world.wait(60_000);
  expect(readyMs(world)).toBe(1500);
  world.exit(world.process('main'), 1);
  world.wait(700);
  expect(readyMs(world)).toBe(1500);
  world.exit(world.process('before'));
  expect(readyMs(world)).toBe(700);
});

it('is not changed by a stop that is taken back', () => {
  const world = new TestWorld();
  world.job('job', 'exec main\npre-stop exec stays\n');
  world.start('job');
  expect(readyMs(world)).toBe(0);
  world.wait(1000);
  world.stop('job');
  world.wait(1000);
  world.start('job');
  world.exit(world.process('stays'));
  expect(world.status('job')).toBe('job start/running');
  expect(readyMs(world)).toBe(0);
});
