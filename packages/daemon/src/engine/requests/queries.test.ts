import { expect, test } from 'vitest';
import { TestWorld } from '../testing/world.ts';
import { isSettled, listJobs } from './queries.ts';

test('a job that is being started is asked about when its program runs, all jobs when they have pids', () => {
  const world = new TestWorld();
  world.obeys = false;
  world.job('svc', 'exec main\n');
  const settled = () => [isSettled(world.engine.context, 'svc'), isSettled(world.engine.context, null)];
  expect(settled()).toEqual([true, true]);
  world.start('svc');
  const { token, pid } = world.process('main');
  expect(settled()).toEqual([false, false]);
  world.report({ type: 'spawned', process: token, pid });
  expect(settled()).toEqual([false, true]);
  world.report({ type: 'execed', process: token });
  expect(settled()).toEqual([true, true]);
  expect(world.status('svc')).toBe('svc start/running');
});

test('the jobs are listed, or the one that is asked for', () => {
  const world = new TestWorld();
  world.job('svc', 'exec main\n');
  world.job('other', 'exec main\n');
  world.start('svc');
  const listed = (job: string | null) =>
    listJobs(world.engine.context, job).map((status) => [status.job, status.instances.length]);
  expect(listed(null)).toEqual([
    ['svc', 1],
    ['other', 0],
  ]);
  expect(listed('svc')).toEqual([['svc', 1]]);
  expect(listed('none')).toEqual([]);
});
