/** What a main process has said of itself, lost with the state. */
import { expect, it } from 'vitest';
import { adoptAll, forget } from '../testing/forget.ts';
import { TestWorld } from '../testing/world.ts';

it('takes a process for ready whose message may be lost', () => {
  const world = new TestWorld();
  world.job('web', 'expect notify\nexec serve');
  world.start('web');
  const kept = world.inputs.length;
  world.said(world.process('serve'), 'READY=1');
  expect(world.status('web')).toBe('web start/running');
  forget(world, kept);
  expect(world.status('web')).toBe('web start/running');
  expect(world.logged().join('\n')).toContain('web counts as ready, as its messages may be lost');
});

it.each([
  ['that its program runs', 2],
  ['that there is a process', 1],
])('takes it for ready, too, where the report %s is lost with its message', (_what, inputs) => {
  const world = new TestWorld();
  world.job('web', 'expect notify\nexec serve');
  const before = world.inputs.length;
  world.start('web');
  world.said(world.process('serve'), 'READY=1');
  forget(world, before + inputs);
  expect(world.status('web')).toBe('web start/running');
  expect(world.logged().join('\n')).toContain('web counts as ready, as its messages may be lost');
});

it('takes one for ready that has been started in place of another', () => {
  const world = new TestWorld();
  world.job('web', 'respawn\nexpect notify\nexec serve');
  world.start('web');
  const before = world.process('serve');
  world.said(before, 'READY=1');
  const kept = world.inputs.length;
  world.exit(before, 0, 9);
  world.said(world.process('serve'), 'READY=1');
  expect(world.status('web')).toBe('web start/running');
  forget(world, kept + 1);
  expect(world.status('web')).toBe('web start/running');
  expect(world.logged().join('\n')).toContain('web counts as ready, as its messages may be lost');
});

it('waits for the message of a process that says it after the loss', () => {
  const world = new TestWorld();
  world.job('web', 'expect notify\nexec serve');
  world.start('web');
  const { nextCommand, lastReport } = world.engine.state;
  adoptAll(world, nextCommand - 1, lastReport);
  expect(world.status('web')).toBe('web start/spawned');
  world.said(world.process('serve'), 'READY=1');
  expect(world.status('web')).toBe('web start/running');
});
