import { SIGKILL } from '@upstart/common';
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
