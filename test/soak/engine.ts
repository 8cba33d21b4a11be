/** Start/stop cycles and events on the engine alone: what it holds must not grow. */
import { TestWorld } from '../../packages/daemon/src/engine/test-world.ts';

export interface EngineSoak {
  cycles: number;
  /** Sizes of the state's maps, before and after. */
  before: Record<string, number>;
  after: Record<string, number>;
  /** Growth of the heap in bytes; NaN where the collector cannot be called. */
  heap: number;
}

const WARM_UP = 6000;

export function soakEngine(cycles: number): EngineSoak {
  const world = new TestWorld();
  world.job('web', 'respawn\nrespawn limit 0 5\nkill timeout 5\npre-start exec prepare\nexec serve');
  world.job('follower', 'start on started web\nstop on stopping web\nexec follow');
  world.job('chore', 'start on stopped web\ntask\nexec work');
  world.job('many', 'instance $N\nexec one');
  const turn = (i: number): void => {
    cycle(world, i);
    // The world remembers all for those who test; here that would be the leak.
    world.effects.length = 0;
    world.inputs.length = 0;
  };
  for (let i = 0; i < WARM_UP; i++) turn(i);
  const [before, heapBefore] = [sizes(world), heapUsed()];
  for (let i = 0; i < cycles; i++) turn(i);
  return { cycles, before, after: sizes(world), heap: heapUsed() - heapBefore };
}

function cycle(world: TestWorld, i: number): void {
  world.request({ method: 'start', target: { job: 'web', env: [`CYCLE=${i}`] }, wait: true });
  world.exit(world.process('prepare'));
  if (i % 3 === 0) {
    world.exit(world.process('serve'), 1);
    world.exit(world.process('follow'), 0, 15);
    world.exit(world.process('prepare'));
  }
  world.start('many', `N=${i}`);
  world.input({
    type: 'request',
    key: `kept-${i}`,
    keep: true,
    request: { method: 'stop', target: { job: 'web', env: [] }, wait: true },
  });
  world.exit(world.process('follow'), 0, 15);
  world.exit(world.process('serve'), 0, 15);
  world.exit(world.process('work'));
  world.stop('many', `N=${i}`);
  world.exit(world.process('one'), 0, 15);
  world.wait(10);
}

function sizes({ engine: { state } }: TestWorld): Record<string, number> {
  const { classes, instances, events, timers, asked, answers, environment } = state;
  return {
    classes: classes.size,
    instances: instances.size,
    events: events.size,
    timers: timers.size,
    asked: asked.size,
    answers: answers.size,
    environment: environment.length,
  };
}

function heapUsed(): number {
  if (!globalThis.gc) return Number.NaN;
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
