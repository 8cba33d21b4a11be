import { expect, test } from 'vitest';
import { TestWorld } from '../testing/world.ts';
import { isSettled } from './queries.ts';

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
