import type { LeaseEntry } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { end, grant, held, leaseId, TTL_MS, waiting, waitUntilLeft } from '../testing/leases.ts';
import type { TestWorld } from '../testing/world.ts';
import { LEASE_MARGIN_MS } from './lease.ts';

const entries = (world: TestWorld): LeaseEntry[] =>
  world.effects.flatMap((effect) => (effect.type === 'history' && effect.entry.kind === 'lease' ? [effect.entry] : []));

const told = (world: TestWorld): string[] =>
  entries(world).map(({ change, token, cause }) => `${change} ${token} ${cause.kind} ${cause.text}`.trim());

const TAKEN = 'taken 7 request';
const RETURNED = 'returned 7 process because no process of it is left';
const GIVEN_UP = 'given-up 7 timer because it was not renewed in time';

describe('the history of a lease', () => {
  it('has who had it before, and who has granted it', () => {
    const world = waiting('');
    world.start('db');
    expect(entries(world)).toEqual([]);
    const peer = { pid: 12, uid: 0, gid: 0, name: 'upstart-bridge' };
    const grantAsked = { method: 'grantLease', lease: leaseId(world), token: 7, ttlMs: TTL_MS, peer } as const;
    world.request({ ...grantAsked, deadlineMs: world.now + TTL_MS, from: 'db2' });
    expect(entries(world)).toMatchObject([
      {
        ...{ kind: 'lease', job: 'db', instance: '', lease: 'main', change: 'taken', token: 7 },
        cause: { kind: 'request', request: 'grantLease', text: 'from host db2', peer },
      },
    ]);
  });

  it('has one entry however often it is renewed, and one where it comes back', () => {
    const world = held('');
    for (let i = 0; i < 10; i++) {
      world.wait(5000);
      grant(world);
    }
    expect(told(world)).toEqual([TAKEN]);
    world.stop('db');
    world.exit(world.process('main'), 0, 15);
    expect(told(world)).toEqual([TAKEN, RETURNED]);
  });

  it('has nothing of a lease that is only waited for', () => {
    const world = waiting('');
    world.start('db');
    world.request({ method: 'tellLeaseHolder', lease: leaseId(world), holder: 'db2' });
    world.stop('db');
    expect(entries(world)).toEqual([]);
  });

  it('has why it was handed over', () => {
    const world = held('');
    end(world, true);
    end(world, true);
    world.exit(world.process('main'), 0, 15);
    expect(told(world)).toEqual([TAKEN, 'handed-over 7 request because asked for', RETURNED]);
  });

  it('has that contact was lost: given up, and then what was left is killed', () => {
    const world = held('kill timeout 2\n');
    waitUntilLeft(world, LEASE_MARGIN_MS + 2000);
    world.wait(1);
    expect(told(world)).toEqual([TAKEN, GIVEN_UP]);
    world.wait(2000);
    expect(told(world)).toEqual([TAKEN, GIVEN_UP, 'lost 7 timer because it was not renewed in time']);
    world.exit(world.process('main'), 0, 9);
    expect(told(world)).toHaveLength(3);
  });

  it('has that another host has it', () => {
    const world = held('');
    end(world, false);
    end(world, false);
    world.exit(world.process('main'), 0, 9);
    expect(told(world)).toEqual([TAKEN, 'lost 7 request because asked for']);
  });

  it('is a part of the chain of its instance', () => {
    const world = held('');
    const all = world.effects.flatMap((effect) =>
      effect.type === 'history' && effect.entry.kind !== 'event' ? [effect.entry] : [],
    );
    const at = all.findIndex(({ kind }) => kind === 'lease');
    expect([all[at]?.after, all[at + 1]?.after]).toEqual([all[at - 1]?.id, all[at]?.id]);
  });
});
