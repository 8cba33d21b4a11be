import { describe, expect, it } from 'vitest';
import { adoption } from '../../start-up/adoption.ts';
import { SPAWN_AWAITED } from '../../supervisor/process-messages.ts';
import { runningProcesses } from '../processes/running-processes.ts';
import { supervisedPids } from '../requests/queries.ts';
import { explain, why } from '../testing/explain.ts';
import { checkInvariants } from '../testing/invariants.ts';
import { TestWorld } from '../testing/world.ts';
import { MAX_COMMANDS, MAX_SLOW_COMMANDS } from './commands.ts';

const READY = 'exec main\nready exec ask\nready interval 1\n';
const CHECK = 'exec main\ncheck exec ask\ncheck interval 10\ncheck failures 2\n';

function started(text: string): TestWorld {
  const world = new TestWorld();
  world.job('db', text);
  world.start('db');
  world.wait(0);
  return world;
}

const asks = (world: TestWorld) => [...world.processes.values()].filter(({ spec }) => spec.argv[0] === 'ask');

describe('ready exec', () => {
  it('runs the command until it ends with 0, beside the process of the job', () => {
    const world = started(`${READY}setuid db\nenv A=1\nlimit nofile 10 20\nconsole output\n`);
    expect(world.status('db')).toBe('db start/spawned');
    const ask = world.process('ask');
    expect(ask.spec).toMatchObject({ user: 'db', limits: [{ resource: 'nofile' }], console: 'none', orderable: false });
    expect([ask.spec.logPath, ask.spec.outputLabel]).toEqual([null, null]);
    expect(ask.spec.env).toEqual(expect.arrayContaining(['A=1', 'UPSTART_JOB=db', 'UPSTART_PROBE=ready']));
    expect([...supervisedPids(world.engine.context)]).toContain(ask.pid);
    expect(runningProcesses(world.engine.state).map(({ token }) => token)).toContain(ask.token);
    world.exit(ask, 2);
    expect(why(world, 'db')).toContain('waits until `ask` succeeds; last answer: exit status 2');
    world.wait(999);
    expect(asks(world)).toEqual([]);
    world.wait(1);
    world.exit(world.process('ask'));
    expect(world.status('db')).toBe('db start/running');
    world.wait(60_000);
    expect(asks(world)).toEqual([]);
    checkInvariants(world);
  });

  it('is killed with its group at its timeout, and tried again', () => {
    const world = started(READY);
    const ask = world.process('ask');
    world.wait(5000);
    expect(ask.signals).toEqual([9]);
    expect(why(world, 'db')).toContain('last answer: timed out after 5 seconds');
    world.exit(ask, 0, 9);
    expect(why(world, 'db')).toContain('timed out');
    world.wait(1000);
    expect(asks(world)).toHaveLength(1);
    checkInvariants(world);
  });

  it('does not pile up where a process cannot be killed', () => {
    const world = started(READY);
    world.wait(8000);
    expect(asks(world)).toHaveLength(1);
    expect(why(world, 'db')).toContain('still runs, although it was killed');
  });

  it('that cannot be started says why', () => {
    const world = started(READY);
    world.failToSpawn(world.process('ask'), 'exec', 2);
    expect(why(world, 'db')).toContain('last answer: unable to execute: No such file or directory');
    expect(world.status('db')).toBe('db start/spawned');
  });

  it('waits for a look-up of its user', () => {
    const world = started(READY);
    world.failToSpawn(world.process('ask'), 'exec', SPAWN_AWAITED);
    world.wait(50);
    expect(asks(world)).toHaveLength(1);
    expect(why(world, 'db')).toContain('no answer yet');
  });

  it('ends with the start that it is for', () => {
    const world = started(READY);
    const ask = world.process('ask');
    world.stop('db');
    expect(ask.signals).toEqual([9]);
    world.exit(world.process('main'));
    expect(world.status('db')).toBe('db stop/waiting');
    // Known until its end is reported: then nothing is left.
    expect(world.engine.state.probeProcesses?.size).toBe(1);
    world.exit(ask, 0, 9);
    expect(world.engine.state.probeProcesses).toBeUndefined();
    expect(world.engine.state.timers.size).toBe(0);
  });

  it('is never taken for a process of its job, and killed where the state has been lost', () => {
    const world = started(READY);
    const { token: process, pid, spec } = world.process('ask');
    const alive = [...world.processes.values()].map((each) => ({ process: each.token, pid: each.pid }));
    const supervisor = { lastCommand: world.engine.state.nextCommand - 1, processes: alive };
    expect(adoption(world.engine, supervisor, 0)).toBeNull();
    const found = { process, pid, job: 'db', instance: '', argv: ['ask'], env: spec.env };
    const fresh = new TestWorld();
    fresh.job('db', READY);
    fresh.input({ type: 'adopt', lastCommand: process, alive: [{ process, pid }], unknown: [found] });
    const commands = fresh.effects.flatMap((effect) => (effect.type === 'command' ? [effect.command] : []));
    expect(commands).toMatchObject([{ type: 'signal', process, signal: 9, group: true }]);
    expect(fresh.list()).toEqual(['db stop/waiting']);
  });

  it('whose end was missed is found out by a new daemon', () => {
    const world = started(READY);
    const ask = world.process('ask');
    const alive = [{ process: world.process('main').token, pid: world.process('main').pid }];
    world.processes.delete(ask.token);
    const input = adoption(world.engine, { lastCommand: ask.token, processes: alive }, 0);
    if (input) world.input(input);
    const probe = world.effects.flatMap((effect) =>
      effect.type === 'command' && effect.command.type === 'signal' ? [effect.command] : [],
    );
    expect(probe).toMatchObject([{ process: ask.token, signal: 0 }]);
    world.report({ type: 'signalled', command: probe[0]?.id ?? 0, process: ask.token, signal: 0, errno: 3 });
    expect(why(world, 'db')).toContain('its process has vanished');
  });
});

describe('check exec', () => {
  it('runs the command again and again, and restarts the job', () => {
    const world = started(CHECK);
    expect(world.status('db')).toBe('db start/running');
    const ends = (code: number): void => {
      for (let ms = 0; ms < 10_000 && asks(world).length === 0; ms += 100) world.wait(100);
      world.exit(world.process('ask'), code);
      checkInvariants(world);
    };
    for (const code of [0, 1, 0, 1]) ends(code);
    expect(world.status('db')).toBe('db start/running');
    expect(explain(world, 'db').instances[0]?.hints.join()).toContain('failed 1 of 2 times in a row');
    ends(1);
    expect(world.status('db')).toBe('db start/killed');
    world.wait(60_000);
    expect(asks(world)).toEqual([]);
  });

  it('whose process hangs counts each time', () => {
    const world = started(CHECK);
    world.wait(60_000);
    expect(world.process('main').signals[0]).toBe(15);
  });
});

describe('many commands', () => {
  it('wait for their turn, and slow ones leave room for others', () => {
    const world = new TestWorld();
    world.job('db', 'instance $N\nexec main\nready exec ask\nready interval 1\nready timeout 3600\n');
    const count = MAX_COMMANDS + 40;
    for (let i = 0; i < count; i++) world.start('db', `N=${i}`);
    world.wait(0);
    expect(asks(world)).toHaveLength(MAX_COMMANDS);
    checkInvariants(world);
    // All of them hang, but the last ones.
    for (let round = 0; round < 3; round++) {
      world.wait(5000);
      for (const ask of asks(world)) if (ask.signals.includes(9)) world.exit(ask, 0, 9);
      world.wait(0);
      checkInvariants(world);
    }
    const slow = asks(world).length;
    expect(slow).toBeLessThanOrEqual(MAX_SLOW_COMMANDS + 40);
    world.start('db', 'N=new');
    world.wait(0);
    const fresh = asks(world).find(({ spec }) => spec.env.includes('N=new'));
    expect(fresh).toBeDefined();
  });

  it('that are not wanted any more leave the queue', () => {
    const world = new TestWorld();
    world.job('db', 'instance $N\nexec main\nready exec ask\n');
    for (let i = 0; i <= MAX_COMMANDS; i++) world.start('db', `N=${i}`);
    world.wait(0);
    expect(world.engine.state.probeQueue).toHaveLength(1);
    world.stop('db', `N=${MAX_COMMANDS}`);
    expect(world.engine.state.probeQueue ?? []).toEqual([]);
    checkInvariants(world);
  });
});
