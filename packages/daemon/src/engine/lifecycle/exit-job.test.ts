import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world.ts';

/** The status that init is to end with; null while it runs. */
function endStatus({ effects }: TestWorld): number | null {
  for (const effect of effects) {
    if (effect.type === 'command' && effect.command.type === 'end') return effect.command.status;
  }
  return null;
}

function worldWith(settings: ConstructorParameters<typeof TestWorld>[0], text = 'exec main\n'): TestWorld {
  const world = new TestWorld({ exitWith: 'job', ...settings });
  world.job('job', text);
  world.job('other', 'exec other\n');
  world.start('other');
  return world;
}

describe('the job that init ends with', () => {
  it.each([
    ['an exit', 3, 0, 3],
    ['a signal', 0, 9, 137],
    ['success', 0, 0, 0],
  ])('gives init its status, after the others have stopped: %s', (_what, code, signal, status) => {
    const world = worldWith({});
    world.start('job');
    world.exit(world.process('main'), code, signal);
    expect(endStatus(world)).toBeNull();
    expect(world.process('other').signals).toEqual([15]);
    world.exit(world.process('other'), 0, 15);
    expect(endStatus(world)).toBe(status);
  });

  it('is not over while it is respawned, restarted, or started again by an event', () => {
    const world = worldWith({}, 'exec main\nrespawn\nstart on stopped job RESULT=ok\n');
    world.start('job');
    world.exit(world.process('main'), 1);
    world.restart('job');
    world.exit(world.process('main'), 0, 15);
    world.stop('job');
    world.exit(world.process('main'), 0, 15);
    expect(world.status('job')).toBe('job start/running');
    expect(world.engine.state.quiesce).toBeNull();
  });

  it('has failed with what kept it from starting', () => {
    const world = worldWith({}, 'pre-start exec before\nexec main\npost-stop exec after\n');
    world.start('job');
    world.exit(world.process('before'), 4);
    world.exit(world.process('after'), 5);
    world.exit(world.process('other'), 0, 15);
    expect(endStatus(world)).toBe(4);
  });

  it('is one instance of a job that has several', () => {
    const world = worldWith({ exitWith: 'job-b' }, 'instance $N\nexec main $N\n');
    world.start('job', 'N=a');
    world.start('job', 'N=b');
    const [first, second] = [...world.processes.values()].slice(-2);
    world.exit(first as never, 1);
    expect(world.engine.state.quiesce).toBeNull();
    world.exit(second as never, 2);
    world.exit(world.process('other'), 0, 15);
    expect(endStatus(world)).toBe(2);
  });
});

describe('a limit for the end of init', () => {
  it('kills what is left, whatever its own kill timeout is', () => {
    const world = worldWith({ stopTimeoutS: 2 }, 'exec main\nkill timeout 100\n');
    world.start('job');
    world.input({ type: 'quiesce', reason: 'shutdown' });
    world.exit(world.process('other'), 0, 15);
    const main = world.process('main');
    world.wait(1000);
    expect(endStatus(world)).toBeNull();
    world.wait(1000);
    expect(main.signals).toEqual([15, 9]);
    expect(endStatus(world)).toBe(137);
  });
});
