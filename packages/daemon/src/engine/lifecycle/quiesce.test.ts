import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world.ts';

describe('the end of a session', () => {
  it('stops everything, gives jobs of session-end their time, and ends when nothing runs', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nrespawn\n');
    world.job('last', 'start on session-end\ntask\nexec bye\n');
    world.start('svc');
    world.input({ type: 'quiesce', reason: 'shutdown' });
    expect(world.commands().sort()).toEqual(['bye', 'main']);
    world.exit(world.process('main'), 0, 15);
    expect(world.engine.state.ended).toBe(false);
    world.exit(world.process('bye'));
    expect(world.engine.state.ended).toBe(true);
    expect(world.logged()).toContain('info: Quiesce shutdown sequence took <1 second');
  });

  it('does not wait for ever for a job that will not stop', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nkill timeout 7\n');
    world.start('svc');
    world.input({ type: 'quiesce', reason: 'logout' });
    world.wait(7000);
    expect(world.process('main').signals).toEqual([15, 9]);
    expect(world.engine.state.ended).toBe(false);
    world.wait(1001);
    expect(world.engine.state.ended).toBe(true);
    expect(world.logged()).toContain('warn: job svc failed to stop');
  });

  it('comes as soon as no process is left, whatever is held by half of a condition', () => {
    const world = new TestWorld();
    world.job('held', 'exec main\npost-stop exec after\n');
    world.job('half', 'start on starting held and nothing\nexec half\n');
    world.job('svc', 'exec svc\n');
    world.start('held');
    world.start('svc');
    expect(world.status('held')).toBe('held start/starting');
    world.input({ type: 'quiesce', reason: 'shutdown' });
    expect(world.engine.state.ended).toBe(false);
    world.exit(world.process('svc'), 0, 15);
    expect(world.engine.state.ended).toBe(true);
    expect(world.logged().filter((line) => line.startsWith('warn: job'))).toEqual([]);
  });

  it('comes at once when nothing runs', () => {
    const world = new TestWorld();
    world.job('held', 'exec main\n');
    world.job('half', 'start on starting held and nothing\n');
    world.start('held');
    world.input({ type: 'quiesce', reason: 'shutdown' });
    expect(world.engine.state.ended).toBe(true);
  });

  it('runs no post-stop of a job that a hook held up, since it never started', () => {
    const world = new TestWorld();
    world.job('held', 'exec main\npost-stop exec after\n');
    world.job('hook', 'start on starting held\ntask\nexec hook\npost-stop exec hook-after\n');
    const start = world.start('held');
    world.input({ type: 'quiesce', reason: 'shutdown' });
    expect(world.answer(start)).toBe('ok');
    world.exit(world.process('hook'), 0, 15);
    expect(world.commands()).toEqual(['hook-after']);
    world.exit(world.process('hook-after'));
    expect(world.engine.state.ended).toBe(true);
    expect(world.commands()).toEqual([]);
  });

  it('starts nothing but what reacts to it', () => {
    const world = new TestWorld();
    world.job('svc', 'exec svc\n');
    world.job('drain', 'start on stopping svc\ntask\nexec drain\n');
    world.job('instead', 'start on stopped svc or stopped drain or other\nexec instead\n');
    world.start('svc');
    world.input({ type: 'quiesce', reason: 'shutdown' });
    expect(world.commands().sort()).toEqual(['drain', 'svc']);
    expect(world.answer(world.start('instead'))).toBe('Job failed to start');
    world.emit('other');
    world.exit(world.process('drain'));
    world.exit(world.process('svc'), 0, 15);
    expect(world.commands()).toEqual([]);
    expect(world.engine.state.ended).toBe(true);
  });
});
