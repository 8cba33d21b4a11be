import { type SocketAddress, socketName } from '@upstart/common';
import { expect, it } from 'vitest';
import { Machine, type TestDaemon } from '../runner/testing/machine.ts';
import type { ClientFiles, Listening } from '../supervisor/client-files.ts';
import { LIMITS } from '../supervisor/frame-table.ts';
import { MAX_SOCKETS, Sockets } from './sockets.ts';

const EADDRINUSE = 98;

const name = (port: number): string =>
  socketName('stream', { family: 'inet', address: '127.0.0.1', port } satisfies SocketAddress);

/** Lets everything happen that needs no time. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Look {
  readonly file: number;
  readonly isNewOnly: boolean;
  readonly come: (isThere: boolean) => void;
}

/** A supervisor that opens everything but what is in use, and looks until the test has something come. */
class World {
  readonly daemon: TestDaemon = new Machine().daemon();
  readonly inUse = new Set<string>();
  readonly looks = new Set<Look>();
  opened = 0;
  released = 0;
  readonly sockets: Sockets;

  constructor(opens = true) {
    const files: Pick<ClientFiles, 'listen' | 'awaitConnection'> = {
      listen: async (address): Promise<Listening> => {
        if (this.inUse.has(address.toString('hex'))) return { step: 'bind', errno: EADDRINUSE };
        this.opened += 1;
        return { id: this.opened, release: () => void this.released++ };
      },
      awaitConnection: (file, isNewOnly, come) => {
        const look: Look = { file, isNewOnly, come };
        this.looks.add(look);
        return () => void this.looks.delete(look);
      },
    };
    this.sockets = new Sockets(this.daemon.runner, opens ? files : null);
  }

  /** Of the engine's state: the names of the sockets. */
  get kept(): string[] {
    return [...(this.daemon.runner.engine.state.sockets ?? new Map<string, number>()).keys()];
  }

  /** Has an event take the socket, until the answer's function ends it. */
  take(file: number): () => void {
    const { files } = this.daemon.runner.engine.context;
    files.count([file], 1);
    return () => files.count([file], -1);
  }
}

const ports = (count: number): string[] => Array.from({ length: count }, (_, i) => name(i + 1));

it('opens what is new, keeps what is open, and closes the rest', async () => {
  const world = new World();
  expect(await world.sockets.listen([name(1), name(2)])).toEqual({ failed: {}, kept: [] });
  expect(await world.sockets.listen([name(2), name(3)])).toEqual({ failed: {}, kept: [] });
  expect(world.kept).toEqual([name(2), name(3)]);
  expect([world.opened, world.released]).toEqual([3, 3]);
  expect(world.sockets.fileOf(name(2))).toBe(2);
  expect(() => world.sockets.fileOf(name(1))).toThrow(expect.objectContaining({ code: 'unknown-socket' }));
});

it('says which could not be opened, and why', async () => {
  const world = new World();
  world.inUse.add(name(1).slice('stream:'.length));
  const failed = { [name(1)]: { step: 'bind', error: 'Address already in use' } };
  expect(await world.sockets.listen([name(1), name(2)])).toEqual({ failed, kept: [] });
  expect(world.kept).toEqual([name(2)]);
  await expect(async () => world.sockets.listen(['stream:80'])).rejects.toThrow('stream:80 names no socket');
  const old = new World(false);
  const none = { [name(1)]: { step: 'socket', error: 'Function not implemented' } };
  expect(await old.sockets.listen([name(1)])).toEqual({ failed: none, kept: [] });
  expect(await old.sockets.awaitConnection(name(1), false)).toBe(false);
});

it('there are so many and not one more, and leave room for what clients send', async () => {
  expect(MAX_SOCKETS).toBe(128);
  expect(MAX_SOCKETS).toBeLessThan(LIMITS.FILES_MAX);
  const world = new World();
  const last = name(MAX_SOCKETS + 1);
  expect((await world.sockets.listen(ports(MAX_SOCKETS))).failed).toEqual({});
  const failed = { [last]: { step: 'socket', error: 'Too many open files in system' } };
  expect((await world.sockets.listen(ports(MAX_SOCKETS + 1))).failed).toEqual(failed);
  expect(world.kept).toHaveLength(MAX_SOCKETS);
  expect((await world.sockets.listen(ports(MAX_SOCKETS + 1).slice(1))).failed).toEqual({});
  expect(world.kept).toContain(last);
});

it('one that a job has still is kept and named, and closed when the job has ended', async () => {
  const world = new World();
  await world.sockets.listen([name(1)]);
  const end = world.take(1);
  expect(await world.sockets.listen([])).toEqual({ failed: {}, kept: [name(1)] });
  expect(world.kept).toEqual([name(1)]);
  end();
  await world.daemon.runner.request({ method: 'keepSockets', sockets: { [name(1)]: 1 } });
  await settle();
  expect(world.kept).toEqual([]);
});

it('what waits is looked for when nobody has the socket, what is new at once', async () => {
  const world = new World();
  await world.sockets.listen([name(1)]);
  const end = world.take(1);
  const news = world.sockets.awaitConnection(name(1), true);
  expect([...world.looks]).toMatchObject([{ file: 1, isNewOnly: true }]);
  for (const { come } of world.looks) come(true);
  expect(await news).toBe(true);
  world.looks.clear();
  const level = world.sockets.awaitConnection(name(1), false);
  await settle();
  expect(world.looks.size).toBe(0);
  end();
  await world.daemon.runner.request({ method: 'keepSockets', sockets: { [name(1)]: 1 } });
  await settle();
  expect([...world.looks]).toMatchObject([{ file: 1, isNewOnly: false }]);
  for (const { come } of world.looks) come(true);
  expect(await level).toBe(true);
});

it('one call waits at a socket, and none where there is no socket any more', async () => {
  const world = new World();
  await world.sockets.listen([name(1)]);
  const first = world.sockets.awaitConnection(name(1), true);
  const second = world.sockets.awaitConnection(name(1), true);
  expect(await first).toBe(false);
  expect(world.looks.size).toBe(1);
  await world.sockets.listen([]);
  expect(await second).toBe(false);
  expect(world.looks.size).toBe(0);
  expect(await world.sockets.awaitConnection(name(1), false)).toBe(false);
});

it('a socket that the supervisor has lost is forgotten, and opened again when it is wanted', async () => {
  const world = new World();
  await world.sockets.listen([name(1)]);
  const waiting = world.sockets.awaitConnection(name(1), false);
  await settle();
  for (const { come } of world.looks) come(false);
  expect(await waiting).toBe(false);
  await settle();
  expect(world.kept).toEqual([]);
  await world.sockets.listen([name(1)]);
  expect(world.sockets.fileOf(name(1))).toBe(2);
});
