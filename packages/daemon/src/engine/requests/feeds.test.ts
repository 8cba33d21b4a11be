/** Events that a feed delivers more than once, and requests on behalf of others. */
import { describe, expect, it } from 'vitest';
import { Engine } from '../engine.ts';
import { MAX_FEEDS } from '../limits.ts';
import { TestWorld } from '../testing/world.ts';

const emit = (world: TestWorld, sequence: number, feed = 'main', wait = false): string =>
  world.request({ method: 'emit', name: 'deploy', env: [`N=${sequence}`], wait, place: { feed, sequence } });

function world(): TestWorld {
  const made = new TestWorld();
  made.job('release', 'start on deploy\ntask\ninstance $N\nexec release\n');
  return made;
}

describe('an event with a place in a feed', () => {
  it('is emitted once, also by a later daemon, whatever the keys of its requests are', () => {
    const made = world();
    emit(made, 1);
    emit(made, 1);
    emit(made, 3);
    made.engine = new Engine(structuredClone(made.engine.state));
    emit(made, 2);
    emit(made, 3);
    expect(made.commands()).toEqual(['release', 'release']);
    expect(made.engine.state.feeds).toEqual(new Map([['main', 3]]));
  });

  it('is answered at once the second time, though the first one waits', () => {
    const made = world();
    const first = emit(made, 1, 'main', true);
    const second = emit(made, 1, 'main', true);
    expect([made.answer(first), made.answer(second)]).toEqual([null, 'ok']);
  });

  it('counts for its own feed', () => {
    const made = world();
    emit(made, 7);
    emit(made, 1, 'other');
    expect(made.commands()).toEqual(['release', 'release']);
  });

  it('that is rejected can come again', () => {
    const made = world();
    const place = { feed: 'main', sequence: 1 };
    made.request({ method: 'emit', name: 'deploy', env: ['none'], wait: false, place });
    emit(made, 1);
    expect(made.commands()).toEqual(['release']);
  });

  it('is remembered for so many feeds, the last ones', () => {
    const made = world();
    emit(made, 1, 'first');
    for (let n = 2; n <= MAX_FEEDS; n++) emit(made, 1, `feed ${n}`);
    emit(made, 2, 'first');
    emit(made, 1, 'one more');
    const { feeds } = made.engine.state;
    expect([feeds?.size, feeds?.get('first'), feeds?.has('feed 2'), feeds?.has('feed 3')]).toEqual([
      MAX_FEEDS,
      2,
      false,
      true,
    ]);
  });
});

describe('a request on behalf of another', () => {
  it('names it as the cause', () => {
    const made = world();
    made.job('web', 'exec web\n');
    made.request({ method: 'start', target: { job: 'web', env: [] }, wait: false, by: 'cluster host a' });
    expect([...made.engine.state.instances.values()].map(({ cause }) => cause)).toEqual(['by cluster host a']);
    made.request({ method: 'emit', name: 'deploy', env: ['N=1'], wait: false, by: 'cluster host b' });
    const entries = made.effects.flatMap((effect) => (effect.type === 'history' ? [effect.entry] : []));
    const events = entries.filter((entry) => entry.kind === 'event');
    expect(events.map(({ cause }) => cause.text)).toEqual(['by cluster host b']);
  });
});
