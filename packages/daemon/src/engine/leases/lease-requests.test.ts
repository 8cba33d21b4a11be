import { describe, expect, it } from 'vitest';
import { end, grant, held, leaseEvents, leaseId, signals, TTL_MS, waiting, waitUntilLeft } from '../testing/leases.ts';
import { LEASE_MARGIN_MS, leaseStatus } from './lease.ts';

describe('renewal', () => {
  it('moves the deadline, and leaves one timer', () => {
    const world = held('');
    for (let i = 0; i < 10; i++) {
      world.wait(5000);
      grant(world);
    }
    expect([world.status('db'), signals(world), world.engine.state.timers.size]).toEqual(['db start/running', [], 1]);
    world.wait(TTL_MS);
    expect(signals(world)).toContain(9);
  });

  it('never shortens the deadline, and never lasts longer than a lease does', () => {
    const world = held('');
    const deadlineMs = leaseStatus(world.engine.context)[0]?.deadlineMs ?? 0;
    const lease = leaseId(world);
    world.request({ method: 'grantLease', lease, token: 7, deadlineMs: deadlineMs - 1, ttlMs: TTL_MS });
    expect(leaseStatus(world.engine.context)).toMatchObject([{ deadlineMs }]);
    world.request({ method: 'grantLease', lease, token: 7, deadlineMs: deadlineMs + 1e6, ttlMs: TTL_MS });
    expect(leaseStatus(world.engine.context)).toMatchObject([{ deadlineMs: world.now + TTL_MS }]);
  });

  it('rejects what comes too late, or for another holder', () => {
    const world = waiting('kill timeout 5\n');
    world.start('db');
    const lease = leaseId(world);
    const late = world.request({ method: 'grantLease', lease, token: 1, deadlineMs: world.now + 6000, ttlMs: TTL_MS });
    expect([world.answer(late), world.status('db')]).toEqual(['The lease main has expired', 'db start/starting']);
    grant(world);
    const other = grant(world, 8);
    expect(world.answer(other)).toBe('The lease main has expired');
    const none = world.request({ method: 'endLease', lease: lease + 99, handOver: true, reason: '' });
    expect(world.answer(none)).toBe(`No such lease: ${lease + 99}`);
  });

  it('continues while the job stops', () => {
    const world = held('kill timeout 5\n');
    waitUntilLeft(world, LEASE_MARGIN_MS + 5000);
    world.wait(1000);
    grant(world);
    expect(leaseStatus(world.engine.context)).toMatchObject([{ state: 'ending', deadlineMs: world.now + TTL_MS }]);
    world.exit(world.process('main'));
    expect(leaseStatus(world.engine.context)).toMatchObject([{ state: 'awaited' }]);
  });
});

describe('the supervisor', () => {
  it('has the deadline of each process, also when it moves', () => {
    const world = held('pre-stop exec before\n');
    const main = world.process('main');
    expect(main.deadlineMs).toBe(world.now + TTL_MS - LEASE_MARGIN_MS);
    world.wait(3000);
    grant(world);
    expect(main.deadlineMs).toBe(world.now + TTL_MS - LEASE_MARGIN_MS);
    world.stop('db');
    expect(world.process('before').deadlineMs).toBe(main.deadlineMs);
    world.job('plain', 'exec other\n');
    world.start('plain');
    expect(world.process('other').deadlineMs).toBeUndefined();
  });
});

describe('the keeper', () => {
  it('hands a lease over: the job stops in order, and waits', () => {
    const world = held('pre-stop exec before\npost-stop exec after\n');
    end(world, true);
    world.exit(world.process('before'));
    expect([world.status('db'), leaseStatus(world.engine.context)[0]?.state]).toEqual(['db start/killed', 'ending']);
    world.exit(world.process('main'), 0, 15);
    world.exit(world.process('after'));
    expect([world.status('db'), leaseEvents(world)]).toEqual([
      'db start/starting',
      ['lease-wanted', 'lease-returned', 'lease-wanted'],
    ]);
  });

  it('has a lost lease end at once', () => {
    const world = held('pre-stop exec before\npost-stop exec after\n');
    end(world, false);
    expect([world.commands(), signals(world).at(-1)]).toEqual([['main'], 9]);
    world.exit(world.process('main'), 0, 9);
    expect([world.status('db'), world.commands()]).toEqual(['db start/starting', []]);
  });

  it('finds a job in its pause before a respawn without a process: there is nothing to stop', () => {
    const world = held('respawn\nrespawn delay 5\n');
    world.exit(world.process('main'), 1);
    expect(world.status('db')).toBe('db start/post-stop');
    end(world, true);
    expect(leaseStatus(world.engine.context)).toEqual([]);
    world.wait(5000);
    expect(leaseStatus(world.engine.context)).toMatchObject([{ state: 'awaited' }]);
  });

  it.each(['start', 'restart'] as const)('is not deceived by a %s that comes in between', (method) => {
    const world = held('pre-stop exec before\n');
    end(world, true);
    if (method === 'start') world.stop('db');
    world[method]('db');
    world.exit(world.process('before'));
    expect(world.status('db')).toBe('db start/killed');
    world.exit(world.process('main'), 0, 15);
    expect([world.status('db'), leaseStatus(world.engine.context)[0]?.state]).toEqual(['db start/starting', 'awaited']);
  });
});
