import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world.ts';

const SIGTERM = 15;

describe('respawn', () => {
  it('starts the main process again, limited within the window', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nrespawn\nrespawn limit 3 10\n');
    world.start('svc');
    for (let i = 0; i < 3; i++) world.exit(world.process('main'), 1);
    expect(world.status('svc')).toBe('svc start/running');
    world.exit(world.process('main'), 1);
    expect(world.status('svc')).toBe('svc stop/waiting');
    expect(world.logged()).toContain('warn: svc respawning too fast, stopped');
    expect(world.events().at(-1)).toBe('stopped JOB=svc INSTANCE= RESULT=failed PROCESS=respawn');
  });

  it('opens a new window when the old one is over', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nrespawn\nrespawn limit 2 10\n');
    world.start('svc');
    for (let i = 0; i < 6; i++) {
      world.exit(world.process('main'), 1);
      world.wait(6000);
    }
    expect(world.status('svc')).toBe('svc start/running');
  });

  it('does not bring back a service that exits as `normal exit` says, nor a task that succeeded', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nrespawn\nnormal exit 0 TERM\n');
    world.job('once', 'task\nexec work\nrespawn\n');
    world.start('svc');
    world.exit(world.process('main'), 0, SIGTERM);
    const task = world.start('once');
    world.exit(world.process('work'));
    expect(world.list()).toEqual(['svc stop/waiting', 'once stop/waiting']);
    expect(world.answer(task)).toBe('ok');
    expect(world.events().filter((event) => event.includes('failed'))).toEqual([]);
  });

  it('waits for post-start, showing the goal respawn meanwhile', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\npost-start exec post\nrespawn\n');
    world.start('svc');
    world.exit(world.process('main'), 1);
    expect(world.status('svc')).toBe('svc respawn/post-start');
    world.exit(world.process('post'));
    expect(world.status('svc')).toBe('svc start/post-start');
    expect(world.commands()).toEqual(['main', 'post']);
  });
});
