/** `emits cluster`: events that go out by themselves, also those from while there was no server, no bridge and no daemon. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hasNatsServer, jetstreamManager } from '../../packages/cluster/src/testing/nats-servers.ts';
import { eventually } from '../eventually.ts';
import { ClusterWorld, written } from './world.ts';

let world: ClusterWorld | undefined;
afterEach(async () => {
  await world?.end();
  world = undefined;
});

describe.skipIf(!hasNatsServer)('emits cluster', () => {
  it('sends each event once, in order, though everything ends meanwhile', async () => {
    world = await ClusterWorld.start();
    const a = await world.host('a');
    const b = await world.host('b');
    b.job('note', b.appends('saved', '$N $HOST'));
    a.job('backup', 'emits cluster saved\n');
    for (const host of [a, b]) await host.receives(world.nats);
    await a.session.run('initctl', 'reload-configuration');
    await b.session.run('initctl', 'reload-configuration');
    const [server] = world.servers.all;
    const emit = (n: number) => a.session.run('initctl', 'emit', '--no-wait', 'saved', `N=${n}`);
    for (let n = 1; n <= 5; n++) await emit(n);
    await written(b, 5);
    await server!.kill();
    await emit(6);
    await a.killBridge();
    await emit(7);
    await a.killDaemon();
    for (let n = 8; n <= 10; n++) await emit(n);
    await eventually('the trouble to show', async () => (await a.trouble())?.includes('no connection'));
    await server!.start();
    expect(await written(b, 10)).toEqual(Array.from({ length: 10 }, (_, n) => `${n + 1} a`));
    expect((await b.history()).map((text) => text.split(' ')[1])).toEqual(
      Array.from({ length: 10 }, (_, n) => `N=${n + 1}`),
    );
    // The other host may have an event before its sender knows that the servers keep it.
    const outgoing = () => a.asks((client) => client.call('outgoing', {}));
    await eventually('nothing to be on its way', async () => (await outgoing()).events.length === 0);
    expect(await outgoing()).toEqual({ events: [], dropped: 0 });
  });

  it('is no waiting for events, nor is a lease: such a host is not asked for answers, and gets no events', async () => {
    world = await ClusterWorld.start();
    const a = await world.host('a');
    await a.receives(world.nats);
    rmSync(join(a.session.home, '.config/upstart/release.conf'));
    a.job('backup', 'emits cluster saved\n');
    a.job('db', 'cluster one main\nexec sleep 1000\n');
    await a.session.run('initctl', 'reload-configuration');
    const { consumers, streams } = await jetstreamManager(world.nats, { checkAPI: false });
    const consumer = () => consumers.info('upstart_main_events', 'host_a').catch(() => null);
    await eventually('its consumer to be gone', async () => (await consumer()) === null);
    await a.session.run('initctl', 'start', 'db');
    const listed = await eventually('it to be entered so', async () => {
      const { stdout } = await a.session.run('upstart', 'fleet', 'hosts', '--json');
      const { hosts } = JSON.parse(stdout) as { hosts: { host: string; events: boolean; leases: string[] }[] };
      return hosts[0]?.events === false && hosts;
    });
    expect(listed).toMatchObject([{ host: 'a', leases: ['main'] }]);
    const waited = await a.session.run('upstart', 'emit', '--cluster', 'deploy', 'N=1', '--wait');
    expect([waited.status, waited.stdout]).toEqual([0, expect.stringContaining('no host waits for events')]);
    // Nobody else makes the stream again.
    await streams.delete('upstart_main_events');
    await a.session.run('initctl', 'emit', '--no-wait', 'saved', 'N=2');
    await eventually('the stream to have it', async () => {
      const stream = await streams.info('upstart_main_events').catch(() => null);
      return stream?.state.messages === 1;
    });
    expect(await consumer()).toBe(null);
  });
});
