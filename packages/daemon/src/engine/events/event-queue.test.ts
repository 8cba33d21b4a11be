import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Engine } from '../engine.ts';
import { EVENTS_AT_ONCE } from '../limits.ts';
import type { Effect, Input } from '../model/messages.ts';
import { TestWorld } from '../testing/world.ts';

/** The steps before others have their turn: fewer than usual, since only the turns are tested. */
const FEW = 500;

describe('events without end', () => {
  const ping = (world: TestWorld): void => {
    world.job('a', 'start on go or stopped b\nstop on started a\n');
    world.job('b', 'start on stopped a\nstop on started b\n');
  };
  const finished = (effects: readonly Effect[]): number =>
    effects.filter((effect) => effect.type === 'notify' && effect.notification.event === 'event-emitted').length;

  it('have more steps in a turn than ten thousand services need', () => {
    expect([new TestWorld().engine.context.eventsAtOnce, EVENTS_AT_ONCE]).toEqual([20_000, 20_000]);
  });

  it('let others have their turn, and resume after it', () => {
    const world = new TestWorld({}, FEW);
    ping(world);
    world.job('other', 'exec main\n');
    const first = world.input({ type: 'emit', name: 'go', env: [] });
    expect(finished(first)).toBeGreaterThan(FEW / 3);
    expect(world.engine.nextDue()).toBe(world.now);
    const start = world.start('other');
    expect(world.status('other')).toBe('other start/starting');
    expect(finished(world.input({ type: 'emit', name: 'more', env: [] })), 'others only add to it').toBe(0);
    expect(finished(world.input({ type: 'tick' }))).toBeGreaterThan(FEW / 3);
    expect(world.answer(start)).toBe('ok');
    expect([...world.engine.state.timers.values()].map(({ action }) => action.kind)).toEqual(['queue']);
  });

  it('are logged, more and more seldom', () => {
    const world = new TestWorld({}, FEW);
    ping(world);
    world.input({ type: 'emit', name: 'go', env: [] });
    const ticks = Array.from({ length: 16 }, () => world.input({ type: 'tick' }));
    const warns = (effect: Effect): boolean => effect.type === 'log' && effect.priority === 'warn';
    const warned = ticks.flatMap((effects, i) => (effects.some(warns) ? [i] : []));
    expect(warned).toEqual([6, 14]);
    expect(world.engine.state.events.size, 'those that are through do not pile up').toBeLessThan(FEW);
    expect(world.logged().filter((line) => line.startsWith('warn'))[0]).toMatch(
      /^warn: 4000 steps of events have followed one another without a rest, the last of them `\w+ JOB=[ab]`: do jobs start/,
    );
  });

  it('end when a job is defined anew', () => {
    const world = new TestWorld({}, FEW);
    ping(world);
    world.input({ type: 'emit', name: 'go', env: [] });
    world.job('b', 'start on something else\n');
    world.input({ type: 'tick' });
    expect(world.engine.nextDue()).toBeNull();
    expect(world.engine.state).not.toHaveProperty('paused');
    expect(world.list()).toEqual(['a stop/waiting', 'b stop/waiting']);
    expect(world.engine.state.events.size).toBe(0);
  });

  it('do not keep what comes of the end of a session from running', () => {
    const world = new TestWorld({}, FEW);
    ping(world);
    world.job('tidy', 'start on session-end\ntask\nexec sweep\n');
    world.input({ type: 'emit', name: 'go', env: [] });
    world.input({ type: 'quiesce', reason: 'shutdown' });
    expect(world.engine.state.ended).toBe(false);
    world.input({ type: 'tick' });
    expect(world.commands()).toEqual(['sweep']);
  });

  it.each([
    ['', false],
    ['start on stopped svc\n', true],
  ])('leave init its job if that is started again: with `%s`', (startOn, goesOn) => {
    const world = new TestWorld({ exitWith: 'svc' }, FEW);
    world.job('svc', `${startOn}exec main\n`);
    world.start('svc');
    ping(world);
    world.input({ type: 'emit', name: 'go', env: [] });
    world.exit(world.process('main'));
    for (let turns = 0; world.status('svc') === 'svc stop/stopping' && turns < 9; turns++)
      world.input({ type: 'tick' });
    world.input({ type: 'tick' });
    expect(world.commands()).toEqual(goesOn ? ['main'] : []);
    expect(world.engine.state.quiesce === null).toBe(goesOn);
  });

  it.each([
    ['before', 0],
    ['in', 1],
  ])('continue alike after a crash %s a pause', (_when, inputsBefore) => {
    const world = new TestWorld({}, FEW);
    ping(world);
    world.job('third', 'start on stopped a and knock\ntask\n');
    // Events that only wait.
    world.job('waits', 'start on early and never\n');
    for (let i = 0; i < 10; i++) world.emit('early');
    const time = { now: world.now, wall: 0 };
    const inputs: Input[] = [
      { ...time, type: 'emit', name: 'go', env: [] },
      { ...time, type: 'emit', name: 'knock', env: [] },
      { ...time, type: 'tick' },
    ];
    for (const input of inputs.slice(0, inputsBefore)) world.engine.apply(input);
    const recovered = new Engine(deserialize(serialize(world.engine.state)), FEW);
    for (const input of inputs.slice(inputsBefore)) {
      // As text: so many effects take long to be compared one by one.
      expect(JSON.stringify(recovered.apply(input)) === JSON.stringify(world.engine.apply(input))).toBe(true);
      expect(recovered.state).toEqual(world.engine.state);
    }
  });
});
