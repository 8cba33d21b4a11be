import { describe, expect, it } from 'vitest';
import { chain, explain, why } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';
import { explainEvents, explainJob } from './explain.ts';

describe('a job that has not been started', () => {
  it('says what it is started by', () => {
    const world = new TestWorld();
    world.job('manual', 'exec main\n');
    world.job('events', 'start on boot\nexec main\n');
    expect(why(world, 'manual')).toBe('never started; it has no `start on`, so it is started by request only');
    expect(why(world, 'events')).toBe('never started; nothing of its `start on` has come yet');
  });

  it('says which operands have been seen, and by what', () => {
    const world = new TestWorld();
    world.job('pair', 'start on one X=1 and (two or three)\n');
    world.emit('one', 'X=1', 'Y=2');
    expect(why(world, 'pair')).toBe('its `start on` is half met; it still needs `two` or `three`');
    expect(explain(world, 'pair').startOn).toEqual({
      condition: '(one X=1 and (two or three))',
      operands: [
        { text: 'one X=1', seen: true, note: 'by `one X=1 Y=2`' },
        { text: 'two', seen: false, note: 'nobody is known to emit it' },
        { text: 'three', seen: false, note: 'nobody is known to emit it' },
      ],
    });
  });

  it('says how the jobs are whose events it waits for', () => {
    const world = new TestWorld();
    world.job('db', 'exec db\n');
    world.job('cache', 'exec cache\n');
    world.job('many', 'instance $N\nexec many\n');
    world.start('cache');
    world.start('many', 'N=1');
    world.start('many', 'N=2');
    world.job(
      'web',
      'start on started db and started JOB=cache and stopped nobody and started many and started $X and stopping\n',
    );
    expect(explain(world, 'web').startOn?.operands.map(({ note }) => note)).toEqual([
      'db is stop/waiting',
      'cache is start/running already: the event has passed',
      'there is no job nobody',
      'many has 2 instances',
      null,
      null,
    ]);
  });

  it('may have no good file', () => {
    const broken = [{ path: '/etc/init/web.conf', job: 'web', line: 2, message: 'Unknown stanza' }];
    const world = new TestWorld();
    expect(explain(world, 'web', { broken })).toMatchObject({
      defined: false,
      why: 'there is no such job, because its file has an error',
      notes: [],
      broken,
    });
    world.job('web', 'exec web\n');
    expect(explain(world, 'web', { broken }).notes).toEqual(['its file has an error; what it said before is in use']);
  });
});

describe('a job that waits', () => {
  it('follows what blocks it: its event, who holds that, and what holds them', () => {
    const world = new TestWorld();
    world.job('half', 'start on stopping db and never\n');
    world.job('drain', 'start on stopping db\ntask\npre-start exec pre\nexec work\n');
    world.job('db', 'exec db\n');
    world.start('db');
    world.stop('db');
    const { pid } = world.process('pre');
    expect(why(world, 'db')).toBe('stopped by request; waits for what reacts to its `stopping` event');
    expect(chain(world, 'db')).toEqual([
      'the event `stopping JOB=db` is not over',
      ' drain (start/pre-start) is not running yet',
      `  the pre-start process (${pid}) still runs`,
      ' half has half of its `start on`; it still needs `never`',
      '  `never`: nobody is known to emit it',
    ]);
    expect(explain(world, 'drain').instances[0]?.holds).toEqual(['stopping JOB=db']);
  });

  it('tells of a task that it runs', () => {
    const world = new TestWorld();
    world.job('migrate', 'start on starting web\ntask\nexec migrate\n');
    world.job('web', 'exec web\n');
    world.start('web');
    const { pid } = world.process('migrate');
    expect(chain(world, 'web')).toEqual([
      'the event `starting JOB=web` is not over',
      ` migrate (start/running) is a task, whose main process (${pid}) still runs`,
    ]);
  });

  it('does not tell of more than anybody would read', () => {
    const world = new TestWorld();
    for (let i = 0; i < 200; i++) world.job(`t${i}`, 'start on starting late\ntask\nexec t\n');
    world.job('late', 'exec late\n');
    world.start('late');
    expect(chain(world, 'late').length).toBe(100);
  });

  it('counts down to the KILL signal', () => {
    const world = new TestWorld();
    world.job('web', 'kill timeout 7\nexec web\n');
    world.start('web');
    world.stop('web');
    world.wait(2500);
    const { pid } = world.process('web');
    expect(why(world, 'web')).toBe(
      `stopped by request; the main process (${pid}) was sent the TERM signal and still runs; KILL follows in 5 seconds`,
    );
    world.wait(10_000);
    expect(why(world, 'web')).toBe(
      `stopped by request; the main process (${pid}) was sent the KILL signal and still runs`,
    );
  });

  it('says what its `expect` waits for', () => {
    const world = new TestWorld();
    world.job('web', 'expect daemon\nexec web\n');
    world.start('web');
    const process = world.process('web');
    const waits = (pid: number) => `the main process (${pid}) has yet to fork twice, as \`expect daemon\` says`;
    expect(why(world, 'web')).toBe(`started by request; ${waits(process.pid)}`);
    world.report({ type: 'forked', process: process.token, pid: 900, oldPid: process.pid });
    expect(why(world, 'web')).toBe(`started by request; ${waits(900)}, and has forked once`);
  });
});

describe('a job that runs or has ended', () => {
  it('says by what it was started and stopped', () => {
    const world = new TestWorld();
    world.job('web', 'start on up\nstop on down\nexec web\n');
    world.emit('up', 'IF=lo');
    expect(why(world, 'web')).toBe('started by `up IF=lo`');
    world.restart('web');
    world.exit(world.process('web'), 0, 15);
    expect(why(world, 'web')).toBe('restarted by request');
    world.emit('down');
    world.exit(world.process('web'), 0, 15);
    expect(why(world, 'web')).toBe('stopped by `down`');
    world.start('web');
    const { pid } = world.process('web');
    world.exit(world.process('web'), 0);
    expect(why(world, 'web')).toBe(`stopped because its main process (${pid}) exited normally`);
  });

  it('says how it failed, and what its file has to do with it', () => {
    const world = new TestWorld();
    world.job('svc', 'exec main\n');
    expect(explain(world, 'svc').last).toBeNull();
    world.start('svc');
    const { pid } = world.process('main');
    world.exit(world.process('main'), 0, 11);
    expect(why(world, 'svc')).toBe(`its last run failed: main process (${pid}) was killed by the SEGV signal`);
    expect(explain(world, 'svc').last).toMatchObject({
      text: `main process (${pid}) was killed by the SEGV signal`,
      failure: { slot: 'main', exitStatus: null, exitSignal: 'SEGV', state: 'running' },
    });
    world.job('fast', 'respawn\nrespawn limit 1 9\nexec fast\n');
    world.start('fast');
    world.exit(world.process('fast'), 1);
    world.exit(world.process('fast'), 1);
    expect(explain(world, 'fast').last?.text).toMatch(
      /respawning too fast: main process \(\d+\) terminated with status 1; its limit is 1 respawn in 9 seconds/,
    );
    world.obeys = false;
    world.job('absent', 'exec /nonexistent/program --now\n');
    world.start('absent');
    world.failToSpawn(world.process('/nonexistent/program --now'), 'exec');
    expect(explain(world, 'absent').last?.text).toBe(
      'main process could not be started: unable to execute: No such file or directory; it was to run `/nonexistent/program --now`',
    );
  });
});

describe('events', () => {
  it('are listed by name, with the jobs that hold them', () => {
    const world = new TestWorld();
    world.job('migrate', 'start on up\ntask\nexec migrate\n');
    world.emit('up', 'IF=lo');
    world.emit('up', 'IF=eth0');
    world.emit('other');
    const { pid } = world.process('migrate');
    expect(explainEvents(world.engine.context, 'up', world.now, true)).toEqual([
      {
        name: 'up',
        env: ['IF=lo'],
        failed: false,
        heldBy: [{ text: `migrate (start/running) is a task, whose main process (${pid}) still runs`, children: [] }],
      },
    ]);
    expect(explainEvents(world.engine.context, 'other', world.now, true)).toEqual([]);
  });

  it('are cut where they are long', () => {
    const world = new TestWorld();
    world.job('half', 'start on up and never\n');
    world.emit('up', `X=${'x'.repeat(300)}`);
    const { note } = explain(world, 'half').startOn?.operands[0] ?? {};
    expect(note?.length).toBe('by ``'.length + 200);
  });
});

describe('those who may not read job environments', () => {
  it('see no variables that jobs or clients have set, and not what a job runs', () => {
    const world = new TestWorld();
    world.obeys = false;
    world.job('half', 'start on up and never\n');
    world.job('held', 'start on up\nstop on down and never\ntask\nexport TOKEN\nexec run\n');
    world.job('gone', 'start on up\nstop on down\nexport TOKEN\nexec go\n');
    world.job('broken', 'exec run SECRET-argument\n');
    world.emit('up', 'TOKEN=SECRET');
    world.emit('down', 'PASSWORD=SECRET');
    world.exit(world.process('go'), 0);
    world.start('broken');
    world.failToSpawn(world.process('run SECRET-argument'), 'exec');
    const told = (privileged: boolean): string => {
      const { context, state } = world.engine;
      const jobs = [...state.classes].map(([name, jobClass]) =>
        explainJob(context, name, jobClass, { broken: [], switchedOff: null }, world.now, privileged),
      );
      const events = ['up', 'down', 'stopped'].map((name) => explainEvents(context, name, world.now, privileged));
      return JSON.stringify([jobs, events]);
    };
    expect(told(true)).toContain('SECRET-argument');
    expect(told(true).match(/TOKEN=SECRET/g)?.length).toBeGreaterThan(2);
    expect(told(true)).toContain('PASSWORD=SECRET');
    expect(told(false)).not.toContain('SECRET');
    expect(told(false)).toContain('started by `up`');
    expect(told(false)).toContain('stopped by `down`');
  });
});
