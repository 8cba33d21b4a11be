/** `emits cluster`: events that wait to be sent. */
import { describe, expect, it } from 'vitest';
import { Engine } from '../engine.ts';
import { TestWorld } from '../testing/world.ts';
import { MAX_OUTGOING, MAX_OUTGOING_LENGTH } from './outgoing.ts';

function world(): TestWorld {
  const made = new TestWorld();
  made.job('backup', 'emits cluster saved\nemits other\nexec backup\n');
  return made;
}

const waiting = ({ engine }: TestWorld): string[] =>
  (engine.state.outgoing?.events ?? []).map(({ name, env }) => [name, ...env].join(' '));
const sent = (made: TestWorld, upTo: number, dropped = 0): string =>
  made.request({ method: 'outgoingSent', upTo, dropped });

describe('an event that a job names with `emits cluster`', () => {
  it('waits until it is sent, also in a later daemon; others do not', () => {
    const made = world();
    made.emit('saved', 'N=1');
    made.emit('other');
    made.emit('cluster');
    made.emit('saved', 'N=2');
    made.engine = new Engine(structuredClone(made.engine.state));
    made.emit('saved', 'N=3');
    expect(waiting(made)).toEqual(['saved N=1', 'saved N=2', 'saved N=3']);
    const ids = made.engine.state.outgoing!.events.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    sent(made, ids[1]!);
    expect(waiting(made)).toEqual(['saved N=3']);
    sent(made, ids[2]!);
    expect(made.engine.state.outgoing).toBeUndefined();
  });

  it('is so while some job says it', () => {
    const made = world();
    made.job('second', 'emits cluster saved started\n');
    made.job('backup', 'exec backup\n');
    made.emit('saved');
    made.start('backup');
    expect(waiting(made)).toEqual(['saved', 'started JOB=backup INSTANCE=']);
    made.input({ type: 'define', name: 'second', definition: null });
    made.emit('saved');
    expect(waiting(made)).toHaveLength(2);
  });

  it('is dropped beyond the bound, which is logged once', () => {
    const made = world();
    for (let n = 0; n < MAX_OUTGOING; n++) made.emit('saved', `N=${n}`);
    expect(made.engine.state.outgoing?.dropped).toBe(0);
    made.emit('saved', 'N=more');
    made.emit('saved', 'N=more');
    const { outgoing } = made.engine.state;
    expect([outgoing?.events.length, outgoing?.dropped]).toEqual([MAX_OUTGOING, 2]);
    const logged = made.effects.filter((effect) => effect.type === 'log' && effect.text.includes('wait to be sent'));
    expect(logged).toHaveLength(1);
    // One of the two was dropped after it had been asked for them.
    sent(made, outgoing!.events[0]!.id, 1);
    expect(made.engine.state.outgoing?.dropped).toBe(1);
    made.emit('saved', 'N=last');
    expect([waiting(made).length, waiting(made).at(-1)]).toEqual([MAX_OUTGOING, 'saved N=last']);
  });

  it('has a bound on lengths, too', () => {
    const made = world();
    const value = `A=${'x'.repeat(MAX_OUTGOING_LENGTH - 'saved'.length - 2)}`;
    made.emit('saved', `${value}y`);
    expect([waiting(made), made.engine.state.outgoing?.dropped]).toEqual([[], 1]);
    sent(made, 0, 1);
    expect(made.engine.state.outgoing).toBeUndefined();
    made.emit('saved', value);
    expect(waiting(made)).toHaveLength(1);
  });
});
