import { describe, expect, it } from 'vitest';
import { explain } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';

const target = { job: 'web', env: [] };
const force = (world: TestWorld): string => world.request({ method: 'stop', target, wait: true, force: true });

function started(file: string): TestWorld {
  const world = new TestWorld();
  world.job('web', `exec web\nkill timeout 5\n${file}`);
  world.start('web');
  return world;
}

describe('a forced stop', () => {
  it('ends a hook that hangs by the kill signal, then by KILL', () => {
    const world = started('pre-start exec hang\nkill signal INT\n');
    const stop = force(world);
    expect(world.process('hang').signals).toEqual([2]);
    world.wait(4999);
    expect(world.process('hang').signals).toEqual([2]);
    world.wait(1);
    expect(world.process('hang').signals).toEqual([2, 9]);
    world.exit(world.process('hang'), 0, 9);
    expect([world.answer(stop), world.list()]).toEqual(['ok', ['web stop/waiting']]);
    expect(explain(world, 'web').last).toMatchObject({ failure: null, text: expect.stringContaining('forced stop') });
  });

  it('works where a stop waits already, and answers both', () => {
    const world = started('pre-stop exec hang\n');
    const plain = world.stop('web');
    expect([world.process('hang').signals, world.answer(plain)]).toEqual([[], null]);
    const forced = force(world);
    expect([world.answer(plain), world.answer(forced)]).toEqual([null, null]);
    world.exit(world.process('hang'), 0, 15);
    world.exit(world.process('web'), 0, 15);
    expect([world.answer(plain), world.answer(forced), world.list()]).toEqual(['ok', 'ok', ['web stop/waiting']]);
  });

  it('gives hooks that come the kill timeout, and less if it is repeated', () => {
    const world = started('post-stop exec clean\n');
    force(world);
    world.exit(world.process('web'), 0, 15);
    world.wait(4999);
    expect(world.process('clean').signals).toEqual([]);
    world.wait(1);
    expect(world.process('clean').signals).toEqual([15]);
    const again = started('post-stop exec clean\n');
    force(again);
    again.exit(again.process('web'), 0, 15);
    force(again);
    expect(again.process('clean').signals).toEqual([15]);
  });

  it('sends the kill signal again each time that it is repeated, but leaves no more timers and hints behind', () => {
    const world = started('pre-start exec hang\n');
    for (let times = 1; times <= 3; times++) force(world);
    expect(world.process('hang').signals).toEqual([15, 15, 15]);
    expect([...world.engine.state.timers.values()].filter(({ action }) => action.kind === 'hook')).toHaveLength(1);
    world.wait(5000);
    expect(world.process('hang').signals).toEqual([15, 15, 15, 9]);
    expect(explain(world, 'web').instances[0]?.hints).toEqual([expect.stringContaining('forced stop')]);
  });

  it.each([
    ['post-start', 'post-start exec hang\n'],
    ['pre-start', 'pre-start exec hang\n'],
  ])('of a job in %s reaches the end', (_hook, file) => {
    const world = started(`${file}kill timeout 0\n`);
    const stop = force(world);
    // With a kill timeout of 0 seconds KILL comes first.
    expect(world.process('hang').signals).toEqual([9]);
    world.exit(world.process('hang'), 0, 9);
    for (const process of [...world.processes.values()]) world.exit(process, 0, 15);
    expect([world.answer(stop), world.list()]).toEqual(['ok', ['web stop/waiting']]);
  });

  it('is over with the next start', () => {
    const world = started('pre-stop exec hang\n');
    force(world);
    world.start('web');
    world.exit(world.process('hang'), 0, 15);
    world.stop('web');
    world.wait(60_000);
    expect(world.process('hang').signals).toEqual([]);
  });

  it('needs a job that runs', () => {
    const world = started('');
    world.stop('web');
    world.exit(world.process('web'), 0, 15);
    expect(world.answer(force(world))).toBe('Unknown instance: ');
  });
});

describe('kill', () => {
  const kill = (world: TestWorld, signal: number, hook = false): string =>
    world.request({ method: 'kill', target, signal, hook });

  it('sends a signal to the main process, or to the hook, alone', () => {
    const world = started('pre-stop exec hang\n');
    expect(world.answer(kill(world, 10))).toBe('ok');
    expect(world.process('web').signals).toEqual([10]);
    expect(world.answer(kill(world, 9, true))).toBe('Job has no hook that runs: web');
    world.stop('web');
    expect(world.answer(kill(world, 9, true))).toBe('ok');
    expect([world.process('web').signals, world.process('hang').signals]).toEqual([[10], [9]]);
    expect(world.effects).toContainEqual({
      type: 'command',
      command: expect.objectContaining({ type: 'signal', signal: 10, group: false }),
    });
  });

  it('needs a process that runs', () => {
    const world = new TestWorld();
    world.job('web', 'pre-start exec hang\nexec web\n');
    expect(world.answer(kill(world, 9))).toBe('Unknown instance: ');
    world.start('web');
    expect(world.answer(kill(world, 9))).toBe('Job has no main process that runs: web');
    world.obeys = false;
    world.exit(world.process('hang'));
    expect(world.answer(kill(world, 9))).toBe('Job has no main process that runs: web');
  });
});

describe('the history of signals', () => {
  const signals = (world: TestWorld) =>
    world.effects.flatMap((effect) => (effect.type === 'history' && effect.entry.kind === 'signal' ? [effect] : []));

  it('has those of kill and reload, with the caller, and what ends by them follows', () => {
    const world = started('pre-stop exec hang\nreload signal USR2\n');
    const peer = { pid: 4711, uid: 1000, gid: 1000, name: 'initctl' };
    world.request({ method: 'reload', target, peer });
    world.request({ method: 'kill', target, signal: 40, hook: false, peer: 77 });
    world.stop('web');
    world.request({ method: 'kill', target, signal: 9, hook: true });
    const { pid } = world.process('web');
    const base = { kind: 'signal', job: 'web', instance: '', process: 'main', pid };
    expect(signals(world)).toMatchObject([
      { entry: { ...base, signal: 'USR2', cause: { kind: 'request', text: 'by request', request: 'reload', peer } } },
      { entry: { ...base, signal: '40', cause: { request: 'kill' } }, question: 77 },
      { entry: { process: 'pre-stop', pid: world.process('hang').pid, signal: 'KILL' } },
    ]);
    world.exit(world.process('hang'), 0, 9);
    const exit = world.effects.find((effect) => effect.type === 'history' && effect.entry.kind === 'exit');
    expect(exit).toMatchObject({ entry: { process: 'pre-stop', after: signals(world)[2]?.entry.id } });
  });

  it('has none that was refused, and none of init itself', () => {
    const world = started('');
    world.request({ method: 'kill', target, signal: 10, hook: true });
    world.stop('web');
    world.exit(world.process('web'), 0, 15);
    world.request({ method: 'reload', target });
    expect(signals(world)).toEqual([]);
  });
});

describe('the time of hooks after a stop that was taken back', () => {
  const limited = (file: string): TestWorld => {
    const world = new TestWorld({ hookTimeoutS: 10 });
    world.job('web', `exec web\nkill timeout 5\n${file}`);
    world.start('web');
    return world;
  };

  it.each(['', 'kill signal KILL\n'])('has no limit, and begins anew with the next stop: %j', (more) => {
    const world = limited(`post-start exec hang\n${more}`);
    world.stop('web');
    world.wait(1000);
    world.start('web');
    expect(world.engine.nextDue()).toBeNull();
    world.wait(8000);
    world.stop('web');
    world.wait(9999);
    expect(world.process('hang').signals).toEqual([]);
    world.wait(1);
    expect(world.process('hang').signals).toHaveLength(1);
  });

  it('is over for a hook that is being ended already', () => {
    const world = started('post-stop exec hang\n');
    world.stop('web');
    world.exit(world.process('web'), 0, 15);
    force(world);
    expect(world.process('hang').signals).toEqual([15]);
    world.start('web');
    world.wait(5000);
    expect(world.process('hang').signals).toEqual([15, 9]);
  });
});
