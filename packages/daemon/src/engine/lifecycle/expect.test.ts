import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world.ts';

const SIGTERM = 15;

describe('expect', () => {
  it('fork: runs when the fork has been seen, and follows the child', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nexpect fork\n');
    const start = world.start('svc');
    const main = world.process('main');
    expect(main.spec.traceForks).toBe(1);
    expect(world.status('svc')).toBe('svc start/spawned');
    world.report({ type: 'forked', process: main.token, oldPid: main.pid, pid: 555 });
    world.report({ type: 'expect-met', process: main.token, pid: 555 });
    expect(world.answer(start)).toBe('ok');
    expect(world.logged()).toContain(`info: svc main process (${main.pid}) became new process (555)`);
  });

  it('stop: runs when the main process stops itself, and is sent on its way', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nexpect stop\n');
    const start = world.start('svc');
    const main = world.process('main');
    world.report({ type: 'stopped', process: main.token, pid: main.pid, signal: 20 });
    expect(world.answer(start)).toBeNull();
    world.report({ type: 'stopped', process: main.token, pid: main.pid, signal: 19 });
    expect(world.answer(start)).toBe('ok');
    expect(main.signals).toEqual([18]);
  });

  it.each(['stop', 'restart'] as const)(
    'stop: is sent on its way to take its kill signal when a %s came first',
    (asked) => {
      const world = new TestWorld();
      world.job('svc', 'exec main\nexpect stop\n');
      world.start('svc');
      const request = world[asked]('svc');
      const main = world.process('main');
      world.report({ type: 'stopped', process: main.token, pid: main.pid, signal: 19 });
      expect(main.signals).toEqual([SIGTERM, 18]);
      world.exit(main, 0, SIGTERM);
      if (asked === 'restart') {
        const again = world.process('main');
        world.report({ type: 'stopped', process: again.token, pid: again.pid, signal: 19 });
      }
      expect(world.answer(request)).toBe('ok');
    },
  );

  it('stop: is met once; who is stopped later is let be', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nexpect stop\npre-stop exec prestop\n');
    world.start('svc');
    const main = world.process('main');
    world.report({ type: 'stopped', process: main.token, pid: main.pid, signal: 19 });
    world.stop('svc');
    world.report({ type: 'stopped', process: main.token, pid: main.pid, signal: 19 });
    expect(main.signals).toEqual([18]);
  });

  it('that is never met does not keep a stop waiting', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nexpect daemon\n');
    world.start('svc');
    const stop = world.stop('svc');
    expect(world.status('svc')).toBe('svc stop/killed');
    world.exit(world.process('main'), 0, SIGTERM);
    expect(world.answer(stop)).toBe('ok');
  });

  it('that is not met when the process ends is a failure, and respawns', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nexpect fork\nrespawn\nrespawn limit 1 5\n');
    const start = world.start('svc');
    world.exit(world.process('main'), 0);
    expect(world.status('svc')).toBe('svc start/spawned');
    world.exit(world.process('main'), 0);
    expect(world.answer(start)).toBe('Job failed to start');
    const { last } = world.engine.state.classes.get('svc') ?? {};
    expect(last?.hints).toEqual(['the main process ended without forking: `expect fork` does not fit this program']);
  });

  it('notices a followed process that somebody else reaped', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nexpect fork\n');
    world.start('svc');
    const main = world.process('main');
    world.report({ type: 'forked', process: main.token, oldPid: main.pid, pid: 555 });
    world.report({ type: 'expect-met', process: main.token, pid: 555 });
    world.report({ type: 'vanished', process: main.token, pid: 555 });
    expect(world.status('svc')).toBe('svc stop/waiting');
    expect(world.events().at(-1)).toBe('stopped JOB=svc INSTANCE= RESULT=failed PROCESS=main');
  });
});
