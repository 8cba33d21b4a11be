import { describe, expect, it } from 'vitest';
import { SPAWN_AWAITED } from '../../supervisor/process-messages.ts';
import { Engine } from '../engine.ts';
import type { ProcessPhase } from '../model/process-state.ts';
import { isSettled } from '../requests/queries.ts';
import { checkInvariants } from '../testing/invariants.ts';
import { type FakeProcess, TestWorld } from '../testing/world.ts';

const EAGAIN = 11;
const ESRCH = 3;

/** A job whose main process the supervisor has been asked for. */
function asked(text = 'exec main\n'): TestWorld {
  const world = new TestWorld();
  world.obeys = false;
  world.job('web', text);
  world.start('web');
  return world;
}

function phase(world: TestWorld): ProcessPhase | undefined {
  checkInvariants(world);
  const [instance] = world.engine.state.instances.values();
  return instance?.processes.main?.phase;
}

const main = (world: TestWorld): FakeProcess => world.process('main');
/** The events of the process `main`. */
const STEPS = {
  spawned: (world) => world.report({ type: 'spawned', process: main(world).token, pid: main(world).pid }),
  execed: (world) => world.report({ type: 'execed', process: main(world).token }),
  'no fork': (world) => world.failToSpawn(main(world), 'fork', EAGAIN),
  'no ids': (world) => world.failToSpawn(main(world), 'exec', SPAWN_AWAITED),
  'no program': (world) => world.failToSpawn(main(world), 'exec'),
  timer: (world) => world.wait((world.engine.nextDue() ?? 0) - world.now),
  exit: (world) => world.exit(main(world)),
} satisfies Record<string, (world: TestWorld) => void>;
type Step = keyof typeof STEPS;

describe('the phase of a process', () => {
  it.each<[steps: Step[], phase: ProcessPhase | undefined]>([
    [[], 'asked'],
    [['spawned'], 'started'],
    [['spawned', 'execed'], 'executed'],
    [['spawned', 'execed', 'exit'], undefined],
    [['spawned', 'no program'], undefined],
    [['no fork'], 'retrying'],
    [['no fork', 'timer'], 'asked'],
    [['no fork', 'timer', 'no fork'], 'retrying'],
    [['no fork', 'timer', 'no ids'], 'resolving'],
    [['no fork', 'timer', 'spawned', 'execed'], 'executed'],
    [['no ids'], 'resolving'],
    [['no ids', 'timer'], 'asked'],
    [['no ids', 'timer', 'no fork'], 'retrying'],
    [['no ids', 'timer', 'no program'], undefined],
  ])('after %j is %s', (steps, expected) => {
    const world = asked();
    for (const step of steps) {
      STEPS[step](world);
      phase(world);
    }
    expect(phase(world)).toBe(expected);
  });

  it.each<[Step | null, job: boolean, all: boolean]>([
    [null, false, false],
    ['spawned', false, true],
    ['no fork', true, true],
    ['no ids', false, false],
  ])('decides after %s whether answers wait for the job (%s) and for all jobs (%s)', (step, job, all) => {
    const world = asked();
    if (step) STEPS[step](world);
    const { context } = world.engine;
    expect([isSettled(context, 'web'), isSettled(context, null)]).toEqual([job, all]);
  });
});

describe.each<[Step, ProcessPhase]>([
  ['no fork', 'retrying'],
  ['no ids', 'resolving'],
])('a process that after %j waits for its timer', (step, expected) => {
  it('still does after a crash of the daemon, though the supervisor knows nothing of it', () => {
    const world = asked();
    STEPS[step](world);
    world.engine = new Engine(structuredClone(world.engine.state));
    const lastCommand = world.engine.state.nextCommand - 1;
    const effects = world.engine.apply({ type: 'adopt', lastCommand, alive: [], unknown: [], now: world.now, wall: 0 });
    for (const effect of effects) {
      if (effect.type !== 'command' || effect.command.type !== 'signal') continue;
      const { id, process, signal } = effect.command;
      world.report({ type: 'signalled', command: id, process, signal, errno: ESRCH });
    }
    expect([phase(world), world.status('web')]).toEqual([expected, 'web start/spawned']);
    STEPS.timer(world);
    world.spawned(main(world));
    expect([phase(world), world.status('web')]).toEqual(['executed', 'web start/running']);
  });

  it('is not spawned when the job is to stop by then', () => {
    const world = asked();
    STEPS[step](world);
    const stop = world.stop('web');
    STEPS.timer(world);
    expect([world.answer(stop), world.status('web'), world.started.length]).toEqual(['ok', 'web stop/waiting', 1]);
  });
});
