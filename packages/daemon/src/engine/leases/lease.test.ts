import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Engine } from '../engine.ts';
import { question } from '../explain/question.ts';
import { Waits } from '../explain/waits.ts';
import { grant, held, leaseEvents, leaseId, signals, TTL_MS, waiting, waitUntilLeft } from '../testing/leases.ts';
import { TestWorld } from '../testing/world.ts';
import { LEASE_MARGIN_MS, leaseStatus } from './lease.ts';

/** What the instance waits for, as `ps` and `explain` say it. */
function step(world: TestWorld): string | null {
  const { context } = world.engine;
  const [instance] = context.state.instances.values();
  return instance ? new Waits(question(context, world.now, true)).stepOf(instance) : null;
}

describe('the wait for a lease', () => {
  it('comes before the start, which has not begun meanwhile', () => {
    const world = waiting('pre-start exec prepare\n');
    const key = world.start('db');
    expect([world.status('db'), world.commands(), world.answer(key)]).toEqual(['db start/starting', [], null]);
    expect([world.events(), world.engine.nextDue()]).toEqual([[], null]);
    expect(leaseStatus(world.engine.context)).toEqual([
      {
        ...{ lease: leaseId(world), job: 'db', instance: '', name: 'main', most: 1, prefer: [] },
        ...{ state: 'awaited', token: 0, deadlineMs: 0, heldBy: null },
      },
    ]);
    const granted = grant(world);
    expect(world.process('prepare').spec.env).toContain('UPSTART_LEASE=7');
    world.exit(world.process('prepare'));
    expect([world.status('db'), world.answer(key), world.answer(granted)]).toEqual(['db start/running', 'ok', 'ok']);
    expect(world.process('main').spec).toMatchObject({ orderable: false });
    expect(world.process('main').spec.env).toContain('UPSTART_LEASE=7');
    expect(leaseEvents(world)).toEqual(['lease-wanted']);
  });

  it('holds the event that has started the job', () => {
    const world = waiting('start on go\n');
    const key = world.emit('go');
    expect([world.status('db'), world.answer(key)]).toEqual(['db start/starting', null]);
    grant(world);
    expect(world.answer(key)).toBe('ok');
  });

  it('ends with a stop, and nothing runs', () => {
    const world = waiting('pre-stop exec before\npost-stop exec after\n');
    const start = world.start('db');
    const stop = world.stop('db');
    expect([world.status('db'), world.answer(start), world.answer(stop)]).toEqual(['db stop/waiting', 'ok', 'ok']);
    expect([world.started, leaseEvents(world)]).toEqual([[], ['lease-wanted', 'lease-returned']]);
    expect(world.events()).toEqual(['stopped JOB=db INSTANCE= RESULT=ok']);
  });

  it('survives a restart, which has nothing to stop', () => {
    const world = waiting('');
    world.start('db');
    const id = leaseId(world);
    world.restart('db', 'A=2');
    expect([world.status('db'), leaseId(world)]).toEqual(['db start/starting', id]);
    grant(world);
    expect(world.process('main').spec.env).toContain('A=2');
  });

  it('ends with the session', () => {
    const world = waiting('');
    world.start('db');
    world.input({ type: 'quiesce', reason: 'shutdown' });
    expect([world.status('db'), world.engine.state.ended]).toEqual(['db stop/waiting', true]);
  });

  it('is explained by the holder', () => {
    const world = waiting('');
    world.start('db');
    expect(step(world)).toBe('waits for the lease main, which no host is known to hold');
    world.request({ method: 'tellLeaseHolder', lease: leaseId(world), holder: 'db2' });
    expect(leaseStatus(world.engine.context)).toMatchObject([{ heldBy: 'db2' }]);
    expect(step(world)).toBe('waits for the lease main, held by db2');
    world.request({ method: 'tellLeaseHolder', lease: leaseId(world), holder: null });
    expect(leaseStatus(world.engine.context)).toMatchObject([{ heldBy: null }]);
  });

  it('is by job and instance without a name, and a job without the stanza has none', () => {
    const world = new TestWorld();
    world.job('tty', 'instance $N\ncluster at most 2 prefer disk=ssd\nexec main\n');
    world.job('plain', 'exec other\n');
    for (const n of ['1', '2']) world.start('tty', `N=${n}`);
    world.start('plain');
    expect(world.process('other').spec.env.join()).not.toContain('UPSTART_LEASE');
    expect(leaseStatus(world.engine.context)).toMatchObject([
      { name: 'tty/1', most: 2, prefer: ['disk=ssd'] },
      { name: 'tty/2', most: 2 },
    ]);
  });
});

describe('a lease that is not renewed', () => {
  it('has the job stop in time for its kill timeout, and wait for the next one', () => {
    const world = held('kill timeout 3\n');
    waitUntilLeft(world, LEASE_MARGIN_MS + 3000);
    expect([world.status('db'), signals(world)]).toEqual(['db start/running', []]);
    world.wait(1);
    expect([world.status('db'), signals(world)]).toEqual(['db start/killed', [15]]);
    expect(world.logged().join()).toContain('db has not had its lease main renewed in time: stopping it');
    world.wait(2999);
    expect(signals(world)).toEqual([15]);
    world.wait(1);
    expect(signals(world).slice(0, 2)).toEqual([15, 9]);
    world.exit(world.process('main'), 0, 9);
    expect([world.status('db'), leaseStatus(world.engine.context)[0]?.state]).toEqual(['db start/starting', 'awaited']);
    expect([leaseEvents(world), world.engine.nextDue()]).toEqual([
      ['lease-wanted', 'lease-returned', 'lease-wanted'],
      null,
    ]);
    grant(world, 9);
    expect(world.process('main').spec.env).toContain('UPSTART_LEASE=9');
  });

  it.each(['the report of the end', 'a renewal'])(
    'has it wait, too, when a daemon that stood still reads %s first',
    (first) => {
      const world = held('kill timeout 3\n');
      const main = world.process('main');
      const lease = leaseId(world);
      // The supervisor has killed the process.
      world.now = main.deadlineMs as number;
      if (first === 'a renewal') expect(world.answer(grant(world))).toBe('The lease main has expired');
      world.exit(main, 0, 9);
      expect([world.status('db'), leaseStatus(world.engine.context)[0]?.state]).toEqual([
        'db start/starting',
        'awaited',
      ]);
      expect(leaseId(world)).not.toBe(lease);
      world.wait(2 * TTL_MS);
      expect(world.status('db')).toBe('db start/starting');
    },
  );

  it('gives hooks their time before and after the kill timeout', () => {
    const world = held('kill timeout 2\nhook timeout 1\npre-stop exec before\npost-stop exec after\n');
    waitUntilLeft(world, LEASE_MARGIN_MS + 4000);
    expect(world.commands()).toEqual(['main']);
    world.wait(1);
    expect([world.commands(), signals(world)]).toEqual([['main', 'before'], []]);
    world.wait(1000);
    expect([signals(world, 'before'), signals(world)]).toEqual([[15, 15], [15]]);
    world.exit(world.process('before'), 0, 15);
    expect(world.status('db')).toBe('db start/killed');
    world.wait(2000);
    expect(signals(world)).toEqual([15, 9]);
    world.exit(world.process('main'), 0, 9);
    expect(world.commands()).toEqual(['after']);
    world.wait(1000);
    expect(signals(world, 'after')).toContain(9);
    world.exit(world.process('after'), 0, 9);
    expect(world.status('db')).toBe('db start/starting');
    expect(world.logged().join()).not.toContain('failed');
  });

  it('takes no more than half of the lease for the stop', () => {
    const world = held('kill timeout 100\n');
    waitUntilLeft(world, LEASE_MARGIN_MS + (TTL_MS - LEASE_MARGIN_MS) / 2);
    expect(signals(world)).toEqual([]);
    world.wait(1);
    expect(signals(world)).toEqual([15]);
    waitUntilLeft(world, LEASE_MARGIN_MS);
    expect(signals(world)).toEqual([15]);
    world.wait(1);
    expect(signals(world)).toEqual([15, 9]);
  });

  it('is not kept waiting by a job that reacts to `stopping`', () => {
    const world = held('kill timeout 2\n');
    world.job('slow', 'start on stopping db\ntask\nexec slow\n');
    waitUntilLeft(world, LEASE_MARGIN_MS + 2000);
    world.wait(1);
    expect([world.status('db'), signals(world)]).toEqual(['db start/stopping', [15]]);
    world.exit(world.process('main'));
    world.exit(world.process('slow'));
    expect(world.status('db')).toBe('db start/starting');
    world.wait(TTL_MS);
    expect(world.status('db')).toBe('db start/starting');
  });

  it('starts nothing any more once its time is over', () => {
    const world = held('kill timeout 1\npost-stop exec after\n');
    waitUntilLeft(world, LEASE_MARGIN_MS);
    world.wait(1);
    expect(signals(world)).toEqual([15, 9, 9]);
    world.exit(world.process('main'), 0, 9);
    expect([world.commands(), world.status('db')]).toEqual([[], 'db start/starting']);
  });

  it('bounds a stop that is under way, too', () => {
    const world = held('pre-stop exec before\nkill timeout 1\n');
    world.stop('db');
    expect(world.commands()).toEqual(['main', 'before']);
    world.wait(TTL_MS - LEASE_MARGIN_MS);
    expect([signals(world, 'before').at(-1), signals(world).at(-1)]).toEqual([9, 9]);
    world.exit(world.process('before'), 0, 9);
    world.exit(world.process('main'), 0, 9);
    expect(world.status('db')).toBe('db stop/waiting');
    expect(leaseEvents(world)).toEqual(['lease-wanted', 'lease-returned']);
  });

  it('ends a start that has not come further', () => {
    const world = held('pre-start exec prepare\n');
    world.wait(TTL_MS - LEASE_MARGIN_MS);
    expect(signals(world, 'prepare').at(-1)).toBe(9);
    world.exit(world.process('prepare'), 0, 9);
    expect([world.status('db'), leaseStatus(world.engine.context)[0]?.state]).toEqual(['db start/starting', 'awaited']);
  });

  it('continues under the next daemon, which acts on what has passed at once', () => {
    const world = held('kill timeout 1\n');
    world.engine = new Engine(deserialize(serialize(world.engine.state)));
    world.now += TTL_MS - LEASE_MARGIN_MS;
    world.input({ type: 'tick' });
    expect(signals(world)).toContain(9);
  });
});

describe('a lease is kept', () => {
  it('over respawns and restarts, and given back at the end', () => {
    const world = held('respawn\n');
    world.exit(world.process('main'), 1);
    expect(world.status('db')).toBe('db start/running');
    world.restart('db');
    world.exit(world.process('main'), 0, 15);
    expect([world.status('db'), leaseEvents(world)]).toEqual(['db start/running', ['lease-wanted']]);
    world.stop('db');
    world.exit(world.process('main'), 0, 15);
    expect([world.status('db'), leaseEvents(world)]).toEqual(['db stop/waiting', ['lease-wanted', 'lease-returned']]);
    expect(world.engine.nextDue()).toBeNull();
  });

  it('up to the end of its last process, also where init ends with that, and then named', () => {
    const world = held('kill timeout 1\n');
    const [lease] = leaseStatus(world.engine.context);
    world.input({ type: 'quiesce', reason: 'shutdown' });
    expect([leaseStatus(world.engine.context), leaseEvents(world)]).toMatchObject([
      [{ state: 'ending' }],
      ['lease-wanted'],
    ]);
    world.exit(world.process('main'), 0, 15);
    const returned = { event: 'lease-returned', job: 'db', instance: '', lease: lease?.lease };
    expect(world.effects).toContainEqual({ type: 'notify', notification: returned });
    expect(world.engine.state.ended).toBe(true);
  });
});
