import { describe, expect, it } from 'vitest';
import { SPAWN_AWAITED } from '../../supervisor/process-messages.ts';
import { why } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';

function started(text: string, ...env: string[]): TestWorld {
  const world = new TestWorld();
  world.job('job', `${text}exec main\n`);
  world.start('job', ...env);
  return world;
}

describe('env-file', () => {
  it('is read for each process, with variables of the instance in its path', () => {
    const world = started('env-file -/etc/$N/env\nenv-file /b\ninstance $N\npre-start exec before\n', 'N=x');
    const files = [
      { path: '/etc/x/env', mayBeMissing: true },
      { path: '/b', mayBeMissing: false },
    ];
    expect(world.process('before').spec.envFiles?.files).toEqual(files);
    world.exit(world.process('before'));
    expect(world.process('main').spec.envFiles?.files).toEqual(files);
  });

  it('replaces defaults, and not what the start was given', () => {
    const world = started('env-file /a\nenv A=default\nenv B=default\nenv PATH\n', 'B=given', 'C=given');
    const { fixed } = world.process('main').spec.envFiles ?? {};
    expect(fixed).toEqual(expect.arrayContaining(['B', 'C', 'UPSTART_JOB', 'UPSTART_INSTANCE']));
    expect(fixed).not.toContain('A');
    expect(fixed).not.toContain('PATH');
  });

  it('costs nothing where there is none', () => {
    expect(started('').process('main').spec).not.toHaveProperty('envFiles');
  });

  it('leaves the respawn to the daemon, which reads the files again', () => {
    const world = started('env-file /a\nrespawn\n');
    expect(world.process('main').spec.orderable).toBe(false);
  });

  it('is read afresh for a new process, and not while the same one is tried again', () => {
    const world = new TestWorld();
    world.obeys = false;
    world.job('job', 'env-file /a\nsetuid web\nexec main\nready log yes\n');
    world.start('job');
    const [mark] = world.probes.values();
    const result = { id: mark?.id ?? 0, instance: mark?.instance ?? 0, isGood: true, answer: '1 1' };
    world.input({ type: 'probed', result });
    const { envFiles } = world.process('main').spec;
    expect(envFiles).toMatchObject({ isRetry: false });
    world.failToSpawn(world.process('main'), 'exec', SPAWN_AWAITED);
    expect(why(world, 'job')).toContain(
      'not started yet: waits until its user and groups are known and env-file /a is read',
    );
    world.wait(2);
    expect(world.process('main').spec.envFiles).toEqual({ ...envFiles, isRetry: true });
  });

  it.each([
    [0, '1 3 name', '/b:3: illegal name of a variable, expected letters, digits and underscores'],
    [2, '0', '/a/x: No such file or directory'],
    [0, '1 0 large', '/b: the file is too large'],
    [0, '0 0 late', '/a/x: reading it has timed out'],
  ])('that cannot be used fails the start: %i %s', (errno, detail, reason) => {
    const world = new TestWorld();
    world.obeys = false;
    world.job('job', 'env-file /a/$N\nenv-file /b\nenv N=x\nexec main\n');
    const key = world.start('job');
    const { token } = world.process('main');
    world.processes.delete(token);
    world.report({ type: 'spawn-failed', process: token, step: 'env-file', errno, detail });
    expect(world.answer(key)).toBe('Job failed to start');
    expect(world.logged()).toContain(`warn: Failed to spawn job main process: unable to read env-file: ${reason}`);
  });
});
