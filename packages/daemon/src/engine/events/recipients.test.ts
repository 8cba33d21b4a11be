/** Events for some conditions alone, and timers that come while their task runs. */
import { describe, expect, it } from 'vitest';
import { Engine } from '../engine.ts';
import { explain } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';

const emit = (world: TestWorld, env: string[], job?: string): string =>
  world.request({
    ...{ method: 'emit', name: 'timer', env: [...env, 'DUE=now'], wait: true },
    only: job === undefined ? { args: env } : { args: env, job },
  });

describe('an event with recipients', () => {
  const world = (): TestWorld => {
    const made = new TestWorld();
    made.job('plain', 'start on timer EVERY=5m\ntask\nexec plain\n');
    made.job('other', 'start on timer EVERY=5m\ntask\nexec other\n');
    made.job('spread', 'start on timer EVERY=5m RANDOM=30s\ntask\nexec spread\n');
    made.job('stars', 'start on timer CRON="0 * * * *"\ntask\nexec stars\n');
    made.job('three', 'start on timer CRON="0 3 * * *"\ntask\nexec three\n');
    return made;
  };

  it.each([
    [['EVERY=5m'], undefined, ['plain', 'other']],
    [['EVERY=5m'], 'other', ['other']],
    [['EVERY=5m', 'RANDOM=30s'], undefined, ['spread']],
    [['EVERY=5m', 'RANDOM=30s'], 'plain', []],
    [['CRON=0 * * * *'], undefined, ['stars']],
    [['CRON=0 3 * * *'], undefined, ['three']],
  ])('%j for %s starts %j', (env, job, started) => {
    const made = world();
    emit(made, env, job);
    expect(made.commands()).toEqual(started);
  });

  it('without them every matching operand counts', () => {
    const made = world();
    made.emit('timer', 'EVERY=5m', 'RANDOM=30s');
    expect(made.commands()).toEqual(['plain', 'other', 'spread']);
  });

  it('counts in conditions of instances, too', () => {
    const made = new TestWorld();
    made.job('svc', 'stop on timer AT=05:00 ZONE=UTC or timer AT=05:00\nrestart on timer AT=04:00\nexec main\n');
    made.start('svc');
    emit(made, ['AT=05:00', 'PERSISTENT=yes']);
    expect(made.status('svc')).toBe('svc start/running');
    emit(made, ['AT=04:00']);
    expect(made.status('svc')).toBe('svc start/killed');
    emit(made, ['AT=05:00']);
    expect(made.status('svc')).toBe('svc stop/killed');
  });

  it('has them after a crash and in an edited job', () => {
    const made = new TestWorld();
    made.job('pair', 'start on timer EVERY=5m and other\ntask\nexec pair\n');
    emit(made, ['EVERY=5m']);
    made.engine = new Engine(structuredClone(made.engine.state));
    made.job('pair', 'start on timer EVERY=5m RANDOM=1s and other\ntask\nexec pair\n');
    made.emit('other');
    expect(made.commands()).toEqual([]);
    made.job('pair', 'start on timer EVERY=5m and other\ntask\nexec pair\n');
    emit(made, ['EVERY=5m']);
    expect(made.commands()).toEqual(['pair']);
  });
});

describe('a timer that comes while its task runs', () => {
  const skipped = (world: TestWorld): string[] => world.logged().filter((line) => line.includes('still runs'));

  it('is skipped and logged, more and more seldom', () => {
    const world = new TestWorld();
    world.job('sync', 'start on timer EVERY=5m\ntask\nexec sync\n');
    for (let turn = 0; turn < 6; turn++) emit(world, ['EVERY=5m']);
    const last = 'the last one `timer EVERY=5m DUE=now`';
    expect(skipped(world)).toEqual([
      `message: sync still runs: it skips its turn, ${last}`,
      `message: sync still runs: it skips 2 turns, ${last}`,
      `message: sync still runs: it skips 4 turns, ${last}`,
    ]);
    expect(world.commands()).toEqual(['sync']);
    expect(explain(world, 'sync')?.notes).toEqual(['sync has skipped 5 turns of its timer, because it still ran']);
    world.exit(world.process('sync'));
    emit(world, ['EVERY=5m']);
    expect(explain(world, 'sync')?.notes).toEqual([]);
    expect(skipped(world)).toHaveLength(3);
  });

  it('is not worth a line for a service, nor is another event', () => {
    const world = new TestWorld();
    world.job('svc', 'start on timer EVERY=5m\nexec svc\n');
    world.job('task', 'start on other\ntask\nexec task\n');
    for (let turn = 0; turn < 2; turn++) {
      emit(world, ['EVERY=5m']);
      world.emit('other');
    }
    expect(skipped(world)).toEqual([]);
  });
});

it('explains a timer that is never due', () => {
  const world = new TestWorld();
  world.job('sync', 'start on timer EVRY=5m\nstop on timer AT=25:00\nexec sync\n');
  expect(explain(world, 'sync')?.notes).toEqual([
    '`start on timer EVRY=5m` is never due: a timer has no EVRY=; did you mean `EVERY=5m`?',
    '`stop on timer AT=25:00` is never due: AT=25:00 is no time of day such as 03:00',
  ]);
});
