import { expect, it } from 'vitest';
import { detailsFor } from '../explain/details.ts';
import { question } from '../explain/question.ts';
import { listJobs } from '../requests/queries.ts';
import { explain } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';

function running(text: string): TestWorld {
  const world = new TestWorld();
  world.job('job', `restart on change\nrestart delay 2\nexec main\n${text}`);
  world.start('job');
  return world;
}

const DELAY_MS = 2000;

it('restarts once after a burst of events, which do not wait', () => {
  const world = running('pre-stop exec before\n');
  for (const file of ['a', 'b', 'c']) {
    expect(world.answer(world.emit('change', `FILE=${file}`))).toBe('ok');
    world.wait(DELAY_MS - 1);
    expect(world.status('job')).toBe('job start/running');
  }
  world.wait(1);
  expect(world.status('job')).toBe('job stop/pre-stop');
  expect(world.process('before').spec.env).toEqual(expect.arrayContaining(['FILE=c', 'UPSTART_STOP_EVENTS=change']));
  world.exit(world.process('before'));
  world.exit(world.process('main'), 0, 15);
  expect(world.status('job')).toBe('job start/running');
  expect(world.engine.state.instances.values().next().value?.cause).toBe('restarted by `change FILE=c`');
  world.wait(10 * DELAY_MS);
  expect(world.status('job')).toBe('job start/running');
});

it.each(['stop', 'restart'] as const)('is dropped by a %s that comes before', (request) => {
  const world = running('');
  world.emit('change');
  world[request]('job');
  world.exit(world.process('main'), 0, 15);
  const status = world.status('job');
  expect(world.engine.state.timers.size).toBe(0);
  world.wait(2 * DELAY_MS);
  expect(world.status('job')).toBe(status);
});

it('leaves alone what another main process follows anyway, and what has ended', () => {
  const world = running('respawn\nrespawn delay 60\n');
  world.emit('change');
  world.exit(world.process('main'), 1);
  world.wait(DELAY_MS);
  expect(world.status('job')).toBe('job start/post-stop');
  world.stop('job');
  expect(world.status('job')).toBe('job stop/waiting');
  const other = running('');
  other.emit('change');
  other.exit(other.process('main'), 1);
  other.wait(DELAY_MS);
  expect(other.status('job')).toBe('job stop/waiting');
});

it('has jobs that restart after it restart once', () => {
  const world = running('');
  world.job('after', 'restart on started job\nexec follower\n');
  world.start('after');
  const { token } = world.process('follower');
  for (let count = 0; count < 3; count++) world.emit('change');
  world.wait(DELAY_MS);
  world.exit(world.process('main'), 0, 15);
  world.exit(world.process('follower'), 0, 15);
  expect(world.list()).toEqual(['job start/running', 'after start/running']);
  expect(world.process('follower').token).not.toBe(token);
});

it('is what explanations and lists tell while it waits', () => {
  const world = running('');
  world.emit('change', 'FILE=a');
  const dueAt = world.engine.context.wallMs + DELAY_MS;
  world.wait(1000);
  const told = () => {
    const usageOf = () => ({ memoryBytes: null, cpuMs: null });
    const details = detailsFor(question(world.engine.context, world.now, true), [], usageOf);
    const [listed] = listJobs(world.engine.context, 'job', details)[0]?.instances ?? [];
    return [explain(world, 'job').instances[0]?.why, listed?.restartAt];
  };
  const text = 'started by request; restarts in 1 second by `change FILE=a`';
  expect(told()).toEqual([text, dueAt]);
  world.wait(DELAY_MS);
  expect(told()).toEqual([expect.not.stringContaining('restarts'), undefined]);
});
