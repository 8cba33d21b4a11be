import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Engine } from '../engine.ts';
import { explainJob } from '../explain/explain.ts';
import type { NotifyState } from '../model/notify-state.ts';
import { LATE_MS } from '../model/timers.ts';
import { TestWorld } from '../testing/world.ts';

function starting(text: string): { world: TestWorld; key: string } {
  const world = new TestWorld();
  world.job('web', `expect notify\n${text}exec main\n`);
  return { world, key: world.start('web') };
}

/** A job that has said that it is ready. */
function running(text: string): TestWorld {
  const { world } = starting(text);
  say(world, 'READY=1');
  return world;
}

const say = (world: TestWorld, text: string, errno = 0): void => world.said(world.process('main'), text, errno);

const notifyOf = (world: TestWorld): NotifyState | undefined => [...world.engine.state.instances.values()][0]?.notify;

function explained(world: TestWorld): string {
  const { context, state } = world.engine;
  return JSON.stringify(
    explainJob(context, 'web', state.classes.get('web'), { broken: [], switchedOff: null }, world.now, true),
  );
}

const warnings = (world: TestWorld): string[] => world.logged().filter((line) => line.startsWith('warn: web '));

describe('expect notify', () => {
  it('keeps a start waiting until the process says READY=1', () => {
    const { world, key } = starting('');
    expect([world.status('web'), world.answer(key)]).toEqual(['web start/spawned', null]);
    expect(explained(world)).toContain('waits until its main process says READY=1; 1 minute left');
    say(world, 'STATUS=loading');
    expect(world.status('web')).toBe('web start/spawned');
    say(world, 'STATUS=up\nREADY=1');
    expect([world.status('web'), world.answer(key), world.engine.nextDue()]).toEqual(['web start/running', 'ok', null]);
    say(world, 'READY=1');
    expect(world.states('web').filter((state) => state === 'running')).toHaveLength(1);
  });

  it('comes before probes, which have to hold, too', () => {
    const { world } = starting('ready tcp 80\nready after 1\n');
    expect(world.probes.size).toBe(0);
    say(world, 'READY=1');
    for (const probe of world.probes.values()) world.probed(probe);
    expect(world.status('web')).toBe('web start/spawned');
    world.wait(1000);
    expect(world.status('web')).toBe('web start/running');
  });

  it('fails the start when the ready timeout is over, whether or not the job respawns', () => {
    const { world, key } = starting('respawn\nready timeout 3\n');
    world.wait(2999);
    expect(world.status('web')).toBe('web start/spawned');
    world.wait(1);
    expect([world.status('web'), world.answer(key)]).toEqual(['web stop/killed', 'Job failed to start']);
    world.exit(world.process('main'), 0, 15);
    expect(world.events()).toContain('stopped JOB=web INSTANCE= RESULT=failed PROCESS=ready');
    expect(explained(world)).toContain('never came: its main process says READY=1');
  });

  it('gives the ready timeout again when the daemon was away at its end: READY=1 may not have been read', () => {
    const { world } = starting('ready timeout 3\n');
    world.now += 3000 + LATE_MS;
    world.input({ type: 'tick' });
    expect(world.status('web')).toBe('web start/spawned');
    world.wait(2999);
    say(world, 'READY=1');
    expect([world.status('web'), world.engine.nextDue()]).toEqual(['web start/running', null]);
  });

  it('takes the end of the process for a failed start, with what it has said of the reason', () => {
    const { world, key } = starting('');
    say(world, 'STATUS=no configuration\nERRNO=2');
    world.exit(world.process('main'), 1);
    expect([world.status('web'), world.answer(key)]).toEqual(['web stop/waiting', 'Job failed to start']);
    expect(explained(world)).toContain(
      'the main process said: STATUS \\"no configuration\\", No such file or directory',
    );
    expect(explained(world)).toContain('the main process ended before it was ready: its main process says READY=1');
  });

  it('does not keep a stop waiting', () => {
    const { world, key } = starting('');
    world.stop('web');
    expect([world.status('web'), world.answer(key)]).toEqual(['web stop/killed', 'ok']);
    say(world, 'READY=1');
    expect(world.status('web')).toBe('web stop/killed');
  });

  it('is given more time by the process itself, to start and to stop', () => {
    const { world } = starting('ready timeout 3\nkill timeout 2\n');
    say(world, 'EXTEND_TIMEOUT_USEC=1000000');
    say(world, 'EXTEND_TIMEOUT_USEC=5000000');
    say(world, 'EXTEND_TIMEOUT_USEC=x');
    world.wait(4999);
    expect(world.status('web')).toBe('web start/spawned');
    say(world, 'READY=1');
    world.stop('web');
    say(world, 'EXTEND_TIMEOUT_USEC=4000000');
    world.wait(3999);
    expect(world.process('main').signals).toEqual([15]);
    world.wait(1);
    expect(world.process('main').signals).toEqual([15, 9]);
  });

  it('is given a day at most, and nothing in a forced stop', () => {
    const { world } = starting('');
    say(world, 'EXTEND_TIMEOUT_USEC=99999999999999999999');
    expect((world.engine.nextDue() ?? 0) - world.now).toBe(86_400_000);
    say(world, 'READY=1');
    world.request({ method: 'stop', target: { job: 'web', env: [] }, wait: true, force: true });
    const due = world.engine.nextDue();
    say(world, 'EXTEND_TIMEOUT_USEC=100000000');
    expect(world.engine.nextDue()).toBe(due);
  });

  it('is awaited by the next daemon as well', () => {
    const { world, key } = starting('');
    world.engine = new Engine(deserialize(serialize(world.engine.state)));
    say(world, 'READY=1');
    expect([world.status('web'), world.answer(key)]).toEqual(['web start/running', 'ok']);
  });

  it('has the address in the environment of the main process alone', () => {
    const world = new TestWorld({ initEnv: ['NOTIFY_SOCKET=/run/systemd/notify', 'WATCHDOG_USEC=1', 'PATH=/bin'] });
    const ours = /^(NOTIFY|WATCHDOG)/;
    world.job('web', 'expect notify\npre-start exec before\nexec main\n');
    world.start('web');
    expect(world.process('before').spec.env.filter((entry) => ours.test(entry))).not.toContain('NOTIFY_SOCKET=@');
    expect(world.process('before').spec.notify).toBeUndefined();
    world.exit(world.process('before'));
    expect(world.process('main').spec.env.filter((entry) => ours.test(entry))).toEqual(['NOTIFY_SOCKET=@']);
    expect(world.process('main').spec.notify).toEqual({ access: 'main', ownGroups: false });
  });

  it.each([
    ['cgroup pids', true],
    ['cgroup pids "$UPSTART_CGROUP/a"', true],
    ['cgroup pids shared', false],
  ])('takes processes of the control group of `%s` for those of the job: %s', (stanza, ownGroups) => {
    const { world } = starting(`notify access all\n${stanza}\n`);
    expect(world.process('main').spec.notify).toEqual({ access: 'all', ownGroups });
  });
});

describe('expect fd', () => {
  function piped(text: string): { world: TestWorld; key: string } {
    const world = new TestWorld();
    world.job('web', `expect fd 3\n${text}exec main\n`);
    return { world, key: world.start('web') };
  }

  it('waits for a newline', () => {
    const { world, key } = piped('');
    expect(world.process('main').spec).toMatchObject({ notify: { fd: 3 } });
    expect(explained(world)).toContain('waits until its main process writes a newline to descriptor 3');
    say(world, 'READY=1');
    expect([world.status('web'), world.answer(key)]).toEqual(['web start/running', 'ok']);
  });

  it('has failed when the descriptor is closed and the process lives on', () => {
    const { world, key } = piped('respawn\n');
    say(world, '', 32);
    world.wait(999);
    expect(world.status('web')).toBe('web start/spawned');
    world.wait(1);
    expect([world.status('web'), world.answer(key)]).toEqual(['web stop/killed', 'Job failed to start']);
    expect(explained(world)).toContain('closed descriptor 3 without a newline');
  });

  it('respawns when the process closes it by its end', () => {
    const { world } = piped('respawn\n');
    say(world, '', 32);
    world.exit(world.process('main'), 1);
    expect(world.status('web')).toBe('web start/spawned');
    world.wait(5000);
    expect(world.status('web')).toBe('web start/spawned');
  });
});

describe('what a process says of itself', () => {
  it('is kept on one line, without control characters, and cut', () => {
    const world = running('');
    say(world, 'STATUS=a\u001b[31m\tb\u202e');
    expect(notifyOf(world)?.status).toBe('a [31m b');
    expect(explained(world)).toContain('its main process says: a [31m b');
    say(world, `STATUS=${'x'.repeat(201)}`);
    expect(notifyOf(world)?.status).toBe(`${'x'.repeat(199)}…`);
    say(world, 'STATUS=10 %\r50 %\u2028');
    expect(notifyOf(world)?.status).toBe('10 % 50 %');
    say(world, 'STATUS=');
    expect(notifyOf(world)?.status).toBeUndefined();
  });

  it('is forgotten with the process', () => {
    const world = running('respawn\n');
    say(world, 'STATUS=up');
    world.exit(world.process('main'), 1);
    expect(notifyOf(world)?.status).toBeUndefined();
  });

  it.each([
    ['messages of others', '', 1, 'was sent a message by process'],
    ['messages that are too long', '', 90, 'sent a message that is dropped: Message too long'],
    ['descriptors', 'FDSTORE=1', 0, 'FDSTORE'],
    ['a foreign main process', 'MAINPID=1', 0, 'names process 1 as its main process'],
  ])('is logged once where it is refused: %s', (_what, text, errno, expected) => {
    const world = running('');
    say(world, text, errno);
    say(world, text, errno);
    expect(warnings(world)).toEqual([expect.stringContaining(expected)]);
    expect(explained(world)).toContain(expected);
  });

  it('follows the process that it names', () => {
    const world = running('');
    const main = world.process('main');
    world.report({ type: 'forked', process: main.token, oldPid: main.pid, pid: 4711 });
    say(world, 'MAINPID=4711');
    expect(warnings(world)).toEqual([]);
    expect(notifyOf(world)?.logged).toBeUndefined();
  });
});

describe('reload', () => {
  const reload = (world: TestWorld): string => world.request({ method: 'reload', target: { job: 'web', env: [] } });

  it('is answered when READY=1 follows RELOADING=1', () => {
    const world = running('');
    const keys = [reload(world), reload(world)];
    say(world, 'RELOADING=1\nMONOTONIC_USEC=1');
    world.wait(2000);
    expect(keys.map((key) => world.answer(key))).toEqual([null, null]);
    expect(explained(world)).toContain('reloads');
    say(world, 'READY=1');
    expect(keys.map((key) => world.answer(key))).toEqual(['ok', 'ok']);
    expect(world.engine.nextDue()).toBeNull();
  });

  it('waits for one that has begun without a request', () => {
    const world = running('');
    say(world, 'RELOADING=1');
    const key = reload(world);
    world.wait(2000);
    expect(world.answer(key)).toBeNull();
    say(world, 'READY=1');
    expect(world.answer(key)).toBe('ok');
  });

  it('is answered soon by a process that says nothing of it', () => {
    const world = running('');
    const key = reload(world);
    world.wait(499);
    expect(world.answer(key)).toBeNull();
    world.wait(1);
    expect(world.answer(key)).toBe('ok');
  });

  it('has failed after the ready timeout, and with the end of the process', () => {
    const world = running('ready timeout 3\n');
    const late = reload(world);
    say(world, 'RELOADING=1');
    world.wait(3000);
    expect(world.answer(late)).toBe('Job failed to reload');
    say(world, 'READY=1');
    const ended = reload(world);
    world.exit(world.process('main'), 0);
    expect(world.answer(ended)).toBe('Job failed to reload');
  });

  it('does not wait in a job without `expect notify`', () => {
    const world = new TestWorld();
    world.job('web', 'notify access main\nexec main\n');
    world.start('web');
    expect(world.answer(reload(world))).toBe('ok');
  });
});
