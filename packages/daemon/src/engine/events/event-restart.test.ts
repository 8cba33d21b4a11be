import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world.ts';

function running(text: string): TestWorld {
  const world = new TestWorld();
  world.job('job', text);
  world.start('job');
  return world;
}

describe('restart on', () => {
  it('replaces the main process of what runs, and the event is over when the next one is up', () => {
    const world = running('restart on change and done\nexec main\n');
    const { token } = world.process('main');
    const change = world.emit('change');
    expect(world.process('main').token).toBe(token);
    const done = world.emit('done', 'A=1');
    expect(world.status('job')).toBe('job start/killed');
    expect([world.answer(change), world.answer(done)]).toEqual([null, null]);
    world.exit(world.process('main'), 0, 15);
    expect(world.status('job')).toBe('job start/running');
    expect(world.process('main').token).not.toBe(token);
    expect(world.process('main').spec.env).not.toContain('A=1');
    expect([world.answer(change), world.answer(done)]).toEqual(['ok', 'ok']);
    expect(world.engine.state.instances.values().next().value).toMatchObject({
      cause: 'restarted by `change` and `done A=1`',
    });
  });

  it('leaves alone what does not run', () => {
    const world = new TestWorld();
    world.job('job', 'restart on change\nexec main\n');
    expect(world.answer(world.emit('change'))).toBe('ok');
    expect(world.status('job')).toBe('job stop/waiting');
    world.start('job');
    world.stop('job');
    expect(world.answer(world.emit('change'))).toBe('ok');
    world.exit(world.process('main'), 0, 15);
    expect(world.status('job')).toBe('job stop/waiting');
  });

  it('matches values of its instance, and restarts that one alone', () => {
    const world = new TestWorld();
    world.job('job', 'instance $N\nrestart on change NAME=$N\nexec main\n');
    world.start('job', 'N=a');
    world.start('job', 'N=b');
    world.emit('change', 'NAME=b');
    expect(world.list()).toEqual(['job (a) start/running', 'job (b) start/killed']);
  });

  it('replaces the process with a pre-stop, too, and that sees the event', () => {
    const world = running('restart on change\nexec main\npre-stop exec before\n');
    world.emit('change', 'A=1');
    expect(world.status('job')).toBe('job stop/pre-stop');
    expect(world.process('before').spec.env).toEqual(expect.arrayContaining(['A=1', 'UPSTART_STOP_EVENTS=change']));
    world.exit(world.process('before'));
    expect(world.status('job')).toBe('job start/killed');
    world.exit(world.process('main'), 0, 15);
    expect(world.status('job')).toBe('job start/running');
  });

  it('waits for a post-start to end', () => {
    const world = running('restart on change\nexec main\npost-start exec after\n');
    const { token } = world.process('main');
    world.emit('change');
    expect(world.status('job')).toBe('job stop/post-start');
    world.exit(world.process('after'));
    world.exit(world.process('main'), 0, 15);
    expect(world.status('job')).toBe('job start/post-start');
    expect(world.process('main').token).not.toBe(token);
  });

  describe('while a hook is waited for', () => {
    const hooked = (): TestWorld => {
      const world = running('restart on change\nstop on end\nexec main\npre-stop exec before\n');
      world.emit('change');
      return world;
    };

    it('gives way to a stop', () => {
      const world = hooked();
      const stop = world.stop('job');
      world.exit(world.process('before'));
      world.exit(world.process('main'), 0, 15);
      expect([world.status('job'), world.answer(stop)]).toEqual(['job stop/waiting', 'ok']);
    });

    it('gives way to an event that stops the job', () => {
      const world = hooked();
      world.emit('end');
      world.exit(world.process('before'));
      world.exit(world.process('main'), 0, 15);
      expect(world.status('job')).toBe('job stop/waiting');
    });

    it('answers a restart when it is done, and refuses a start', () => {
      const world = hooked();
      const restart = world.restart('job', 'A=2');
      expect(world.answer(world.start('job'))).toBe('Job is already running: job');
      world.exit(world.process('before'));
      expect(world.answer(restart)).toBeNull();
      world.exit(world.process('main'), 0, 15);
      expect([world.status('job'), world.answer(restart)]).toEqual(['job start/running', 'ok']);
      expect(world.process('main').spec.env).toContain('A=2');
    });

    it('is forgotten at the end of the session, whichever process it waits for', () => {
      const world = new TestWorld();
      world.obeys = false;
      world.job('job', 'restart on change\nexec main\n');
      world.start('job');
      world.emit('change');
      world.input({ type: 'quiesce', reason: 'shutdown' });
      world.spawned(world.process('main'));
      expect(world.status('job')).toBe('job stop/killed');
      expect([...world.engine.state.instances.values()][0]).not.toHaveProperty('restarts');
    });

    it('does not come at the end of the session', () => {
      const world = hooked();
      world.input({ type: 'quiesce', reason: 'shutdown' });
      world.exit(world.process('before'));
      world.exit(world.process('main'), 0, 15);
      expect([world.list(), world.commands()]).toEqual([['job stop/waiting'], []]);
    });
  });

  it('replaces a process that is not ready yet, and keeps the client of its start waiting', () => {
    const world = new TestWorld();
    world.job('job', 'restart on change\nexpect stop\nexec main\n');
    const start = world.start('job');
    world.emit('change');
    expect(world.status('job')).toBe('job start/killed');
    world.exit(world.process('main'), 0, 15);
    expect([world.status('job'), world.answer(start)]).toEqual(['job start/spawned', null]);
    const { token: process, pid } = world.process('main');
    world.report({ type: 'stopped', process, pid, signal: 19 });
    expect([world.status('job'), world.answer(start)]).toEqual(['job start/running', 'ok']);
  });
});

describe('reload on', () => {
  it('sends the reload signal to what runs, and the event is over at once', () => {
    const world = running('reload on change\nreload signal USR1\nexec main\n');
    expect(world.answer(world.emit('change'))).toBe('ok');
    expect(world.process('main').signals).toEqual([10]);
    expect(world.logged()).toContainEqual(expect.stringContaining('as `reload on` says'));
  });

  it('waits until the job runs, and is forgotten with the process', () => {
    const world = running('reload on change\nexec main\npost-start exec after\n');
    world.emit('change');
    expect(world.process('main').signals).toEqual([]);
    world.exit(world.process('after'));
    expect(world.process('main').signals).toEqual([1]);
    world.restart('job');
    world.exit(world.process('main'), 0, 15);
    world.exit(world.process('after'));
    expect(world.process('main').signals).toEqual([]);
  });

  it('leaves alone what does not run, and what is to be restarted', () => {
    const world = running('reload on change\nrestart on change\nexec main\n');
    const main = world.process('main');
    world.emit('change');
    expect(main.signals).toEqual([15]);
    world.stop('job');
    world.emit('change');
    expect(main.signals).toEqual([15]);
  });
});

it.each(['restart', 'reload'])('an event that ends a pause before a respawn is not kept by `%s on`', (stanza) => {
  const world = running(`respawn\nrespawn delay 10\nstop on end\n${stanza} on end and never\nexec main\n`);
  world.exit(world.process('main'), 1);
  expect(world.status('job')).toBe('job start/post-stop');
  const end = world.emit('end');
  expect([world.list(), world.answer(end), world.engine.state.events.size]).toEqual([['job stop/waiting'], 'ok', 0]);
});

it('a job without a file any more is restarted as what it is', () => {
  const world = running('restart on change\nexec main\n');
  world.input({ type: 'define', name: 'job', definition: null });
  world.emit('change');
  world.exit(world.process('main'), 0, 15);
  expect(world.status('job')).toBe('job start/running');
});
