import type { ClusterConnection, LeaseKeeper, WantedLease } from '@upstart/cluster';
import type { LeaseStatus, Notification, UpstartClient } from '@upstart/protocol';
import { expect, test } from 'vitest';
import { Leases } from './leases.ts';

const STATUS = {
  ...{ lease: 4, job: 'db', instance: '', name: 'main', most: 1, prefer: [], state: 'held' },
  ...{ token: 7, deadlineMs: 1000, heldBy: null },
} as const satisfies LeaseStatus;

/** An init with this list; null: it has ended. */
class World {
  readonly done: string[] = [];
  readonly leases: Leases;
  list: readonly LeaseStatus[] | null = [STATUS];
  notify: (notification: Notification) => void = () => {};
  #returned: () => void = () => {};

  constructor() {
    const client = {
      call: async () => {
        if (this.list === null) throw new Error('it has ended');
        return this.list;
      },
      watch: async (listener: (notification: Notification) => void) => {
        this.notify = listener;
      },
    };
    const keeper = {
      update: (list: readonly WantedLease[]) => void this.done.push(`update ${list.map(({ state }) => state)}`),
      returned: (lease: number) => void this.done.push(`returned ${lease}`),
      retire: (done: () => void) => {
        this.done.push('retire');
        this.#returned = done;
      },
      leave: () => {
        this.done.push('leave');
        this.#returned();
      },
      stop: () => void this.done.push('stop'),
    };
    this.leases = new Leases(
      { client: client as unknown as UpstartClient, log: { info() {}, warn() {}, error() {}, debug() {} } },
      { startLeases: () => keeper as unknown as LeaseKeeper, watchDrain: () => () => {} },
      {} as ClusterConnection,
      () => {},
    );
  }

  returned(): void {
    this.#returned();
  }
}

test('at the end init is asked once more, and keeps what it has', async () => {
  const world = new World();
  await world.leases.stop();
  expect(world.done).toEqual(['retire', 'update held', 'leave', 'stop']);
});

test('at the end of init what that has given back is given back', async () => {
  const world = new World();
  await world.leases.begin();
  world.list = null;
  world.notify({ event: 'lease-returned', job: 'db', instance: '', lease: 4 });
  await world.leases.stop();
  expect(world.done).toEqual(['update held', 'returned 4', 'retire', 'leave', 'stop']);
});

test('a job that stops is waited for', async () => {
  const world = new World();
  await world.leases.begin();
  world.list = [{ ...STATUS, state: 'ending' }];
  const end = world.leases.stop();
  await new Promise(setImmediate);
  expect(world.done.slice(1)).toEqual(['retire', 'update ending']);
  world.notify({ event: 'lease-returned', job: 'db', instance: '', lease: 4 });
  world.returned();
  await end;
  expect(world.done.slice(3)).toEqual(['returned 4', 'stop']);
});

test('but not without end', async () => {
  const world = new World();
  world.list = [{ ...STATUS, state: 'ending' }];
  await world.leases.stop();
  expect(world.done).toEqual(['retire', 'update ending', 'stop']);
});
