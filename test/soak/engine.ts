/** Start/stop cycles and events on the engine alone: its state must not grow. */
import { TestWorld } from '../../packages/daemon/src/engine/testing/world.ts';

export interface EngineSoak {
  cycles: number;
  /** How many events have begun and ended. */
  events: number;
  /** Sizes of the state's maps, before and after. */
  before: Record<string, number>;
  after: Record<string, number>;
  /** The heap in bytes, once collected, at the end of each quarter of the cycles; nothing where the collector cannot be called. */
  heap: number[];
  /** Milliseconds from the signal to end until the one to kill, with a kill timeout of 5 s. */
  killedAfter: number;
}

/** Bytes that the heap may be larger at the end than after the first quarter. */
const HEAP_GROWTH = 1024 * 1024;

const WARM_UP = 6000;

export function soakEngine(cycles: number): EngineSoak {
  const world = new TestWorld();
  world.job('web', 'respawn\nrespawn limit 0 5\nkill timeout 5\npre-start exec prepare\nexec serve');
  world.job('follower', 'start on started web\nstop on stopping web\nexec follow');
  world.job('chore', 'start on stopped web\ntask\nexec work');
  world.job('many', 'instance $N\nexec one');
  let events = 0;
  const turn = (i: number): void => {
    cycle(world, i);
    events += world.events().length;
    // The world records everything for tests; here that would be the leak.
    world.effects.length = 0;
    world.inputs.length = 0;
  };
  for (let i = 0; i < WARM_UP; i++) turn(i);
  events = 0;
  const [before, heap] = [sizes(world), heapUsed()];
  for (let i = 0; i < cycles; i++) {
    turn(i);
    if ((i + 1) % Math.ceil(cycles / 4) === 0) heap.push(...heapUsed());
  }
  return { cycles, events, before, after: sizes(world), heap, killedAfter: killedAfter(world) };
}

/** The limits that are exceeded. */
export function engineComplaints({ before, after, heap, killedAfter }: EngineSoak): string[] {
  const complaints = Object.keys(before).flatMap((map) =>
    before[map] === after[map] ? [] : [`engine: ${map}: ${before[map]} before, ${after[map]} after`],
  );
  const growth = (heap[4] ?? 0) - (heap[1] ?? 0);
  if (growth > HEAP_GROWTH) complaints.push(`engine: the heap has grown by ${growth} bytes`);
  if (killedAfter !== 5000) complaints.push(`engine: a kill timeout of 5000 ms took ${killedAfter}`);
  return complaints;
}

function killedAfter(world: TestWorld): number {
  world.start('web');
  world.exit(world.process('prepare'));
  const serve = world.process('serve');
  world.stop('web');
  world.exit(world.process('follow'), 0, 15);
  const began = world.now;
  while (!serve.signals.includes(9) && world.now - began < 10_000) world.wait(1);
  return world.now - began;
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
  world.input({ type: 'forget', keys: [`kept-${i}`] });
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

function heapUsed(): number[] {
  if (!globalThis.gc) return [];
  globalThis.gc();
  return [process.memoryUsage().heapUsed];
}
