import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world.ts';

const HOOKS = 'pre-start exec pre\nexec main\npost-start exec post\npre-stop exec prestop\npost-stop exec poststop\n';

const SIGTERM = 15;

describe('a service with all hooks', () => {
  it('goes through its states in order, each process alone', () => {
    const world = new TestWorld();
    world.job('svc', HOOKS);
    const start = world.start('svc');
    expect(world.commands()).toEqual(['pre']);
    world.exit(world.process('pre'));
    expect(world.commands()).toEqual(['main', 'post']);
    expect(world.answer(start)).toBeNull();
    world.exit(world.process('post'));
    expect(world.answer(start)).toBe('ok');
    expect(world.status('svc')).toBe('svc start/running');
    expect(world.states('svc')).toEqual([
      ...['starting', 'security-spawning', 'security', 'pre-starting', 'pre-start', 'spawning', 'spawned'],
      ...['post-starting', 'post-start', 'running'],
    ]);

    world.effects.length = 0;
    const stop = world.stop('svc');
    expect(world.commands()).toEqual(['main', 'prestop']);
    world.exit(world.process('prestop'));
    expect(world.process('main').signals).toEqual([SIGTERM]);
    world.exit(world.process('main'), 0, SIGTERM);
    expect(world.commands()).toEqual(['poststop']);
    world.exit(world.process('poststop'));
    expect(world.answer(stop)).toBe('ok');
    expect(world.status('svc')).toBe('svc stop/waiting');
    expect(world.states('svc')).toEqual([
      ...['pre-stopping', 'pre-stop', 'stopping', 'killed', 'post-stopping', 'post-stop', 'waiting'],
    ]);
    expect(world.events()).toEqual(['stopping JOB=svc INSTANCE= RESULT=ok', 'stopped JOB=svc INSTANCE= RESULT=ok']);
  });

  it.each([
    ['pre-stop', (world: TestWorld): unknown => world.exit(world.process('post'))],
    ['post-start', (): unknown => null],
  ])('comes up again when a start comes after the end of its main process, during %s', (_hook, begin) => {
    const world = new TestWorld();
    world.job('svc', 'exec main\npost-start exec post\npre-stop exec prestop\n');
    world.start('svc');
    begin(world);
    const stop = world.stop('svc');
    const main = world.process('main');
    world.exit(main);
    const start = world.start('svc');
    const [hook] = world.commands();
    world.exit(world.process(hook as string));
    world.exit(world.process('post'));
    expect([world.answer(stop), world.answer(start)]).toEqual(['ok', 'ok']);
    expect(world.status('svc')).toBe('svc start/running');
    expect(world.process('main').pid).not.toBe(main.pid);
  });

  it('is not restarted by restart, since pre-stop with goal start goes back to running', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\npre-stop exec prestop\n');
    world.start('svc');
    const main = world.process('main');
    const restart = world.restart('svc');
    expect(world.status('svc')).toBe('svc start/pre-stop');
    world.exit(world.process('prestop'));
    expect(world.answer(restart)).toBe('ok');
    expect(world.process('main')).toBe(main);
    expect(main.signals).toEqual([]);
  });
});

describe('stop and start that cross', () => {
  it('loops back from post-stop to starting without a stopped event', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\npost-stop exec poststop\n');
    world.start('svc');
    const stop = world.stop('svc');
    const again = world.start('svc', 'X=1');
    expect(world.answer(stop)).toBe('ok');
    world.exit(world.process('main'), 0, SIGTERM);
    world.exit(world.process('poststop'));
    expect(world.answer(again)).toBe('ok');
    expect(world.process('main').spec.env).toContain('X=1');
    expect(world.events().filter((event) => event.startsWith('stopped'))).toEqual([]);
  });

  it('leaves a run its variables when the job starts and stops itself, whatever was asked for in between', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\npost-stop exec poststop\n');
    const itself = { job: 'svc', instance: '' };
    world.start('svc', 'X=1');
    world.stop('svc', 'Y=stop');
    world.start('svc', 'X=2');
    world.request({ method: 'stop', target: itself, wait: false });
    world.request({ method: 'start', target: itself, wait: false });
    world.exit(world.process('main'), 0, SIGTERM);
    const { env } = world.process('poststop').spec;
    expect(env.filter((entry) => /^[XY]=/.test(entry))).toEqual(['X=1']);
    world.exit(world.process('poststop'));
    expect(world.process('main').spec.env).toContain('X=1');
  });

  it('lets a restart from inside forget the variables of one from outside', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\npost-stop exec poststop\n');
    world.start('svc', 'X=1');
    world.restart('svc', 'X=2');
    world.request({ method: 'restart', target: { job: 'svc', instance: '' }, wait: false });
    world.exit(world.process('main'), 0, SIGTERM);
    world.exit(world.process('poststop'));
    expect(world.process('main').spec.env).toContain('X=1');
  });

  it('lets a stop during pre-start wait for its end, and lets go who waited for the start', () => {
    const world = new TestWorld();
    world.job('svc', HOOKS);
    const start = world.start('svc');
    const stop = world.stop('svc');
    expect(world.answer(start)).toBe('ok');
    expect(world.status('svc')).toBe('svc stop/pre-start');
    world.exit(world.process('pre'));
    expect(world.commands()).toEqual(['poststop']);
    world.exit(world.process('poststop'));
    expect(world.answer(stop)).toBe('ok');
  });
});

describe('failures', () => {
  it('of pre-start stop the job and fail the start', () => {
    const world = new TestWorld();
    world.job('svc', HOOKS);
    const start = world.start('svc');
    world.exit(world.process('pre'), 3);
    world.exit(world.process('poststop'));
    expect(world.answer(start)).toBe('Job failed to start');
    expect(world.events()).toContain('stopped JOB=svc INSTANCE= RESULT=failed PROCESS=pre-start EXIT_STATUS=3');
  });

  it('of post-stop fail the stop and cancel a restart', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\npost-stop exec poststop\n');
    world.start('svc');
    const restart = world.restart('svc');
    world.exit(world.process('main'), 0, SIGTERM);
    world.exit(world.process('poststop'), 9);
    expect(world.answer(restart)).toBe('Job failed to restart');
    expect(world.status('svc')).toBe('svc stop/waiting');
  });

  it('to execute the main process fail the start, with its reason in the log', () => {
    const world = new TestWorld();
    world.obeys = false;
    world.job('svc', 'exec main\n');
    const start = world.start('svc');
    world.failToSpawn(world.process('main'), 'exec');
    expect(world.answer(start)).toBe('Job failed to start');
    expect(world.logged()).toContain(
      'warn: Failed to spawn svc main process: unable to execute: No such file or directory',
    );
    expect(world.events()).toContain('stopped JOB=svc INSTANCE= RESULT=failed PROCESS=main');
  });

  it('to execute post-start or pre-stop change nothing', () => {
    const world = new TestWorld();
    world.obeys = false;
    world.job('svc', 'exec main\npost-start exec post\npre-stop exec prestop\n');
    const start = world.start('svc');
    world.spawned(world.process('main'));
    world.failToSpawn(world.process('post'), 'exec');
    expect(world.answer(start)).toBe('ok');
    world.stop('svc');
    world.failToSpawn(world.process('prestop'), 'exec');
    expect(world.status('svc')).toBe('svc stop/killed');
  });

  it('to fork are tried again with growing pauses, until the job is to stop', () => {
    const world = new TestWorld();
    world.obeys = false;
    world.job('svc', 'exec main\n');
    const start = world.start('svc');
    for (const pause of [100, 200, 400]) {
      world.failToSpawn(world.process('main'), 'fork', 11);
      world.wait(pause - 1);
      expect(world.commands()).toEqual([]);
      world.wait(1);
      expect(world.commands()).toEqual(['main']);
    }
    expect(world.logged()).toContain('warn: Temporary process spawn error: Resource temporarily unavailable');
    world.failToSpawn(world.process('main'), 'fork', 11);
    expect(world.answer(start)).toBeNull();
    world.stop('svc');
    world.wait(800);
    expect(world.status('svc')).toBe('svc stop/waiting');
  });
});
