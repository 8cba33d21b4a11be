import { SIGKILL } from '@upstart/common';
import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world.ts';

const SIGTERM = 15;

describe('killing', () => {
  it('sends SIGKILL when the kill timeout has passed, not before', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nkill timeout 3\nkill signal INT\n');
    world.start('svc');
    world.stop('svc');
    const main = world.process('main');
    world.wait(2999);
    expect(main.signals).toEqual([2]);
    world.wait(1);
    expect(main.signals).toEqual([2, SIGKILL]);
    expect(world.status('svc')).toBe('svc stop/killed');
  });

  it('kills at once with kill timeout 0', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\nkill timeout 0\n');
    world.start('svc');
    world.stop('svc');
    expect(world.process('main').signals).toEqual([SIGKILL]);
  });

  it('says which signal may not be sent, and tries SIGKILL all the same', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\n');
    world.start('svc');
    world.stop('svc');
    const { token, pid } = world.process('main');
    world.report({ type: 'signalled', command: 9, process: token, signal: SIGTERM, errno: 1 });
    expect(world.logged()).toContain(
      `warn: Failed to send TERM signal to svc main process (${pid}): Operation not permitted`,
    );
    world.wait(5000);
    expect(world.process('main').signals).toEqual([SIGTERM, SIGKILL]);
  });

  it('ends a job whose process turns out to be gone', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\n');
    world.start('svc');
    const stop = world.stop('svc');
    const main = world.process('main');
    world.processes.delete(main.token);
    world.report({ type: 'signalled', command: 9, process: main.token, signal: SIGTERM, errno: 3 });
    expect(world.answer(stop)).toBe('ok');
    expect(world.status('svc')).toBe('svc stop/waiting');
  });
});

describe('hooks that hang', () => {
  it.each(['pre-start', 'post-start', 'pre-stop', 'post-stop'])(
    '%s is ended by a stop when a timeout is set',
    (hook) => {
      const world = new TestWorld({ hookTimeoutS: 10 });
      world.job('svc', `exec main\n${hook} exec hook\nkill timeout 4\n`);
      world.start('svc');
      const stop = world.stop('svc');
      if (hook === 'post-stop') world.exit(world.process('main'), 0, SIGTERM);
      const process = world.process('hook');
      world.wait(9999);
      expect(process.signals).toEqual([]);
      world.wait(1);
      expect(process.signals).toEqual([SIGTERM]);
      world.wait(4000);
      expect(process.signals).toEqual([SIGTERM, SIGKILL]);
      world.exit(process, 0, SIGKILL);
      if (world.processes.size > 0) world.exit(world.process('main'), 0, SIGTERM);
      expect(world.answer(stop)).not.toBeNull();
      expect(world.status('svc')).toBe('svc stop/waiting');
    },
  );

  it('are left alone without one, and a job may say so for itself', () => {
    const world = new TestWorld();
    world.job('svc', 'pre-start exec hook\n');
    world.job('own', 'pre-start exec own\nhook timeout 1\n');
    for (const job of ['svc', 'own']) {
      world.start(job);
      world.stop(job);
    }
    world.wait(1_000_000);
    expect(world.process('hook').signals).toEqual([]);
    expect(world.process('own').signals).toContain(SIGTERM);
  });
});
