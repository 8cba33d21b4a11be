import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY_RUNS } from '../../../../../test/effort.ts';
import { explain } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';
import { CHAIN_ENDS_MS, MAX_RESTART_CHAIN } from './restart-chain.ts';

/** Jobs by name, all started or those that are named; a process ends as soon as it is sent TERM. */
function running(jobs: Record<string, string>, started = Object.keys(jobs)): TestWorld {
  const world = new TestWorld();
  for (const [name, text] of Object.entries(jobs)) world.job(name, `${text}exec ${name}\n`);
  for (const name of started) world.start(name);
  settle(world);
  return world;
}

/** Ends the processes that are to end, until none is; fails if that has no end. */
function settle(world: TestWorld): void {
  for (let i = 0; i < 100 * MAX_RESTART_CHAIN; i++) {
    const [ending] = [...world.processes.values()].filter(({ signals }) => signals.includes(15));
    if (!ending) return;
    world.exit(ending, 0, 15);
  }
  throw new Error('they restart for ever');
}

const starts = (world: TestWorld): number => world.started.length;
const hints = (world: TestWorld, job: string): string => (explain(world, job).instances[0]?.hints ?? []).join('\n');
const CIRCLE = { one: 'restart on started two\n', two: 'restart on started one\n' };

describe('jobs that restart each other', () => {
  it('stop that at the limit, and run on', () => {
    const world = running(CIRCLE);
    // The start of `two` has restarted `one`.
    expect(starts(world)).toBe(2 + MAX_RESTART_CHAIN);
    expect(world.list()).toEqual(['one start/running', 'two start/running']);
    const text = `\`restart on\` has ignored \`started JOB=two\`: ${MAX_RESTART_CHAIN} restarts and reloads by events have followed from one another`;
    expect(hints(world, 'one')).toBe(text);
    expect(world.logged().filter((line) => line.includes('has ignored'))).toEqual([
      `warn: one: ${text}: do jobs restart each other?`,
    ]);
  });

  it('begin anew after a request', () => {
    const world = running(CIRCLE);
    const before = starts(world);
    world.restart('two');
    settle(world);
    expect(starts(world)).toBe(before + 1 + MAX_RESTART_CHAIN);
  });

  it('begin anew after a respawn', () => {
    const world = running({ one: `respawn\n${CIRCLE.one}`, two: CIRCLE.two });
    const before = starts(world);
    world.exit(world.process('one'), 1);
    settle(world);
    expect(starts(world)).toBe(before + 1 + MAX_RESTART_CHAIN);
  });

  it('may do it by way of one that is stopped and started', () => {
    const two = 'start on started one\nstop on stopping one\n';
    const world = running({ one: CIRCLE.one, two }, ['one']);
    expect(world.list()).toEqual(['one start/running', 'two start/running']);
    expect(starts(world)).toBe(2 + 2 * MAX_RESTART_CHAIN);
  });

  it('come to an end, whichever they are', () => {
    const job = fc.record({
      stanza: fc.constantFrom('restart on', 'reload on'),
      event: fc.constantFrom('starting', 'started', 'stopping', 'stopped'),
      of: fc.nat({ max: 3 }),
      others: fc.array(fc.nat({ max: 3 }), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(job, { minLength: 1, maxLength: 4 }), (jobs) => {
        const texts = jobs.map(({ stanza, event, of, others }, i): [string, string] => {
          const operands = [`${event} j${of}`, ...others.map((other) => `started j${other}`)];
          return [`j${i}`, `${stanza} ${operands.join(' or ')}\n`];
        });
        const world = running(Object.fromEntries(texts));
        expect(world.list()).toEqual(jobs.map((_, i) => `j${i} start/running`));
      }),
      { numRuns: PROPERTY_RUNS },
    );
  });

  it('may be one that restarts itself', () => {
    expect(starts(running({ self: 'restart on started self\n' }))).toBe(1 + MAX_RESTART_CHAIN);
  });
});

it('a row of jobs is no circle', () => {
  const jobs = Array.from({ length: MAX_RESTART_CHAIN }, (_, i): [string, string] => [
    `j${i}`,
    `restart on ${i === 0 ? 'go' : `started j${i - 1}`}\n`,
  ]);
  const world = running(Object.fromEntries(jobs));
  for (let round = 0; round < 3; round++) {
    const before = starts(world);
    world.emit('go');
    settle(world);
    expect(starts(world)).toBe(before + jobs.length);
  }
  expect(world.logged().filter((line) => line.includes('has ignored'))).toEqual([]);
});

describe('an event of a process', () => {
  const emitFrom = (world: TestWorld, job: string): void => {
    world.request({ method: 'emit', name: 'go', env: [], wait: false, from: { job, instance: '' } });
    settle(world);
  };

  it('follows from what has restarted its job', () => {
    const world = running({ one: 'restart on go\n' });
    for (let i = 0; i < MAX_RESTART_CHAIN + 3; i++) emitFrom(world, 'one');
    expect(starts(world)).toBe(1 + MAX_RESTART_CHAIN);
  });

  it('has reasons of its own after a while', () => {
    const world = running({ one: 'restart on go\n' });
    for (let i = 0; i < MAX_RESTART_CHAIN; i++) emitFrom(world, 'one');
    world.wait(CHAIN_ENDS_MS);
    emitFrom(world, 'one');
    expect(starts(world)).toBe(2 + MAX_RESTART_CHAIN);
  });

  it('is bounded for reloads, too', () => {
    const world = running({ one: 'reload on go\n' });
    for (let i = 0; i < MAX_RESTART_CHAIN + 3; i++) emitFrom(world, 'one');
    expect(world.process('one').signals).toHaveLength(MAX_RESTART_CHAIN);
    expect(hints(world, 'one')).toContain('`reload on` has ignored `go`');
  });
});
