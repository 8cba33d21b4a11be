import { deserialize, serialize } from 'node:v8';
import type { Condition } from '@upstart/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY_RUNS } from '../../../../test/effort.ts';
import { Engine } from './engine.ts';
import type { Effect } from './model/messages.ts';
import type { EngineState } from './model/state.ts';
import { checkInvariants } from './testing/invariants.ts';
import { condition, event, text } from './testing/job-texts.ts';
import { play, story, windDown } from './testing/story.ts';
import { TestWorld } from './testing/world.ts';

/** The reference: a condition as a tree that remembers, written for nothing but being obvious. */
class NaiveCondition {
  #seen = new Set<Condition>();
  readonly #tree: Condition;

  constructor(tree: Condition) {
    this.#tree = tree;
  }

  /** Takes an event; true if it makes the condition fire, which is then as new. */
  fires(name: string, x: string | null): boolean {
    const before = this.#seen.size;
    this.#take(this.#tree, name, x);
    if (this.#seen.size === before || !this.#value(this.#tree)) return false;
    this.#seen = new Set();
    return true;
  }

  #take(tree: Condition, name: string, x: string | null): void {
    if (tree.op !== 'event') {
      this.#take(tree.left, name, x);
      this.#take(tree.right, name, x);
      return;
    }
    const [argument] = tree.args;
    const fits =
      argument === undefined ||
      (argument === 'X=1' && x === '1') ||
      (argument === 'X!=2' && x !== null && x !== '2') ||
      (argument === '3' && x === '3');
    if (tree.name === name && fits) this.#seen.add(tree);
  }

  #value(tree: Condition): boolean {
    if (tree.op === 'event') return this.#seen.has(tree);
    const [left, right] = [this.#value(tree.left), this.#value(tree.right)];
    return tree.op === 'and' ? left && right : left || right;
  }
}

describe('conditions against the naive reference', () => {
  it('start and stop the same jobs for any events', () => {
    const jobs = fc.array(fc.record({ start: condition, stop: fc.option(condition) }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(jobs, fc.array(event, { maxLength: 60, size: 'max' }), (definitions, events) => {
        const world = new TestWorld();
        const naive = definitions.map(({ start, stop }, i) => {
          world.job(`j${i}`, `start on ${text(start)}\n${stop ? `stop on ${text(stop)}\n` : ''}`);
          return { start: new NaiveCondition(start), stop, stopState: null as NaiveCondition | null };
        });
        for (const { name, value } of events) {
          world.input({ type: 'emit', name, env: value === null ? [] : [`X=${value}`] });
          for (const job of naive) {
            if (job.stopState?.fires(name, value)) job.stopState = null;
            const goesOn = job.start.fires(name, value);
            // A running job already remembers a part of its `stop on`; a started one begins without.
            if (goesOn && job.stopState === null) job.stopState = new NaiveCondition(job.stop ?? NEVER);
          }
          const expected = naive.map((job, i) => `j${i} ${job.stopState ? 'start/running' : 'stop/waiting'}`);
          expect(world.list()).toEqual(expected);
        }
      }),
      { numRuns: PROPERTY_RUNS },
    );
  });
});

const NEVER: Condition = { op: 'event', name: 'never', args: [] };

/** Every way from one state to another that reference: jobs §3 has, and those that we add: out of `spawned`, and at the end of a session. */
const LEGAL = new Set(
  [
    ['waiting', 'starting'],
    ['starting', 'security-spawning', 'stopping', 'waiting'],
    ['security-spawning', 'security'],
    ['security', 'pre-starting'],
    ['pre-starting', 'pre-start'],
    ['pre-start', 'spawning', 'stopping'],
    ['spawning', 'spawned'],
    ['spawned', 'post-starting', 'stopping'],
    ['post-starting', 'post-start'],
    ['post-start', 'running', 'stopping'],
    ['running', 'pre-stopping', 'stopping'],
    ['pre-stopping', 'pre-stop'],
    ['pre-stop', 'running', 'stopping'],
    ['stopping', 'killed'],
    ['killed', 'post-stopping'],
    ['post-stopping', 'post-stop'],
    ['post-stop', 'starting', 'waiting'],
  ].flatMap(([from, ...to]) => to.map((state) => `${from} → ${state}`)),
);

describe('any story', () => {
  it('sends no signal to a process that waits for its first attempt', () => {
    const text = 'exec main\nexpect none\nready log come\nstart on stopped\n';
    const world = play(
      {
        jobs: ['', ''],
        steps: [
          { do: 'edit', job: 0, text },
          { do: 'start', job: 0, env: [] },
          { do: 'probe', which: 0, isGood: false },
          { do: 'start', job: 1, env: [] },
          { do: 'spawn', which: 0, ok: 2 },
        ],
      },
      () => {},
      'taken',
    );
    windDown(world, 2);
    expect(world.processes.size).toBe(0);
  });

  it('takes only ways that the table of the reference has', () => {
    fc.assert(
      fc.property(story, (told) => {
        const world = play(told, () => {});
        const ways = world.effects.flatMap((e) => (e.type === 'state' ? [`${e.from} → ${e.to}`] : []));
        expect(ways.filter((way) => !LEGAL.has(way))).toEqual([]);
      }),
      { numRuns: PROPERTY_RUNS },
    );
  });

  it('has a history without a gap, in which each entry of an instance follows the one before', () => {
    fc.assert(
      fc.property(story, fc.constantFrom('taken', 'late'), (told, orders) => {
        const { effects } = play(told, () => {}, orders);
        const entries = effects.flatMap((effect) => (effect.type === 'history' ? [effect.entry] : []));
        expect(entries.map(({ id }) => id)).toEqual(entries.map((_, i) => i + 1));
        const goals = new Map<string, string>();
        const states = new Map<string, string>();
        const ids = new Map<string, number>();
        for (const entry of entries) {
          expect(entry.after).toBeLessThan(entry.id);
          if (entry.kind === 'signal') expect(entry.after).toBe(ids.get(entry.job));
          if (entry.kind !== 'event') ids.set(entry.job, entry.id);
          if (entry.kind === 'goal') {
            expect(entry.from).toBe(goals.get(entry.job) ?? 'stop');
            goals.set(entry.job, entry.to);
          } else if (entry.kind === 'state') {
            expect(entry.from).toBe(states.get(entry.job) ?? 'waiting');
            states.set(entry.job, entry.to);
          }
        }
      }),
      { numRuns: PROPERTY_RUNS },
    );
  });

  it('keeps the invariants at every step', () => {
    fc.assert(
      fc.property(story, fc.constantFrom('taken', 'late'), (told, orders) => {
        play(told, checkInvariants, orders);
      }),
      { numRuns: PROPERTY_RUNS },
    );
  });

  it('answers each request once, and leaves nothing behind when all is over', () => {
    fc.assert(
      fc.property(story, fc.constantFrom('taken', 'late'), (told, orders) => {
        const world = play(told, () => {}, orders);
        windDown(world, told.jobs.length);
        const answered = world.effects.flatMap((e) => (e.type === 'reply' || e.type === 'reply-error' ? [e.key] : []));
        const asked = Array.from({ length: world.keys }, (_, i) => `k${i + 1}`);
        expect(answered.sort()).toEqual(asked.sort());
        expect(world.engine.state.events.size, 'no event is left').toBe(0);
        expect(world.engine.state.instances.size, 'no instance is left').toBe(0);
      }),
      { numRuns: PROPERTY_RUNS },
    );
  });

  it('has the same outcome whether or not the supervisor takes standing orders', () => {
    fc.assert(
      fc.property(story, (told) => {
        const [ordered, asked] = (['taken', 'ignored'] as const).map((orders) =>
          whatIsSeen(play(told, () => {}, orders)),
        );
        expect(ordered).toEqual(asked);
      }),
      { numRuns: PROPERTY_RUNS },
    );
  });

  it('continues alike after a crash at any input', () => {
    fc.assert(
      fc.property(story, fc.nat(), (told, at) => {
        const world = play(told, () => {});
        const { inputs } = world;
        const cut = at % (inputs.length + 1);
        const initial = new TestWorld().engine;
        const begin = inputs.slice(0, cut).flatMap((input) => copied(initial.apply(copy(input))));
        const recovered = new Engine(copy(initial.state));
        const rest = inputs.slice(cut).flatMap((input) => copied(recovered.apply(copy(input))));
        expect([...begin, ...rest]).toEqual(copied(world.effects));
        expect(plain(recovered.state)).toEqual(plain(world.engine.state));
      }),
      { numRuns: PROPERTY_RUNS },
    );
  });
});

/** The visible effects of init: commands are between the engine and the supervisor. */
function whatIsSeen({ effects, started }: TestWorld): unknown {
  return {
    effects: effects.filter(({ type }) => type !== 'command'),
    started: started.map(({ pid, spec }) => ({ pid, spec })),
  };
}

function copy<T>(value: T): T {
  return deserialize(serialize(value));
}

/** Effects as they are now: later inputs may change what they refer to. */
function copied(effects: Effect[]): Effect[] {
  return copy(effects);
}

function plain(state: EngineState): EngineState {
  return copy(state);
}
