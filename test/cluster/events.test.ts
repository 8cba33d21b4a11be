/** Events across machines, with real servers: each once and in order, whatever ends meanwhile. */
import { afterEach, describe, expect, it } from 'vitest';
import { hasNatsServer, jetstreamManager } from '../../packages/cluster/src/testing/nats-servers.ts';
import { eventually } from '../eventually.ts';
import { ClusterWorld, numbers, written } from './world.ts';

/** Events of a burst. */
const MANY = 40;

let world: ClusterWorld | undefined;
afterEach(async () => {
  await world?.end();
  world = undefined;
});

describe.skipIf(!hasNatsServer)('an event of the cluster', () => {
  /** Three servers take a minute: with UPSTART_CLUSTER_SERVERS=3. */
  const SERVERS: readonly (1 | 3)[] = process.env.UPSTART_CLUSTER_SERVERS === '3' ? [1, 3] : [1];

  it('comes to each host once, in order, and says who has sent it; labels choose hosts', async () => {
    world = await ClusterWorld.start();
    const { nats } = world;
    const a = await world.host('a', 'label zone=eu');
    const b = await world.host('b', 'label zone=us');
    await a.receives(nats);
    await b.receives(nats);
    for (let n = 1; n <= MANY; n++) await world.send(n);
    await world.send(MANY + 1, { zone: 'us' });
    await world.send(MANY + 1);
    expect(await written(b, MANY + 1)).toEqual(numbers(1, MANY + 1));
    expect(await written(a, MANY)).toEqual(numbers(1, MANY));
    const causes = numbers(1, MANY + 1).map((_, n) => `:cluster:deploy N=${n + 1} HOST=ci by cluster host ci`);
    expect(await b.history()).toEqual(causes);
  });

  it('waits for a host that is off, and does not come to one that no longer waits', async () => {
    world = await ClusterWorld.start();
    const { nats } = world;
    const a = await world.host('a');
    await a.receives(nats);
    await world.send(1);
    expect(await written(a, 1)).toEqual(numbers(1, 1));
    // As a machine that stops without a word.
    process.kill(a.session.pid, 'SIGSTOP');
    for (const pid of [...a.bridges(), ...a.daemons()]) process.kill(pid, 'SIGSTOP');
    for (let n = 2; n <= 5; n++) await world.send(n);
    for (const pid of [...a.bridges(), ...a.daemons()]) process.kill(pid, 'SIGCONT');
    process.kill(a.session.pid, 'SIGCONT');
    expect(await written(a, 5)).toEqual(numbers(1, 5));
    a.job('release', 'exec sleep 1000\n');
    const { consumers } = await jetstreamManager(nats);
    await eventually(
      'no consumer',
      async () => !(await consumers.info('upstart_main_events', 'host_a').catch(() => 0)),
    );
    await world.send(6);
    a.job('release', a.appends('deploy', '$N $HOST'));
    await a.receives(nats);
    await world.send(7);
    await eventually('the last one', () => a.lines().includes('7 ci'));
    expect(a.lines()).not.toContain('6 ci');
  });

  it.each(SERVERS)('comes once while bridge, daemon and one of %i servers are killed', async (count) => {
    world = await ClusterWorld.start(count);
    const { nats, servers } = world;
    const a = await world.host('a');
    await a.receives(nats);
    const disturbances: Record<number, () => Promise<unknown>> = {
      5: () => a.killBridge(),
      10: () => a.killDaemon(),
      15: async () => {
        const [server] = servers.all;
        await server!.kill();
        await server!.start();
      },
      20: () => Promise.all([a.killBridge(), a.killDaemon()]),
      25: () => servers.all[count - 1]!.stop().then(() => servers.all[count - 1]!.start()),
    };
    for (let n = 1; n <= MANY; n++) {
      await world.send(n);
      await disturbances[n]?.();
    }
    expect(await written(a, MANY)).toEqual(numbers(1, MANY));
  });

  it('comes once though it is sent twice, after those that are none, and not beyond the bound of an administrator', async () => {
    world = await ClusterWorld.start();
    const { nats } = world;
    const { streams } = await jetstreamManager(nats);
    // Made beforehand, for a shorter time than any host asks for.
    const minute = 60_000_000_000;
    const subjects = ['upstart.main.events.>'];
    await streams.add({ name: 'upstart_main_events', subjects, max_age: 10 * minute, duplicate_window: minute });
    const a = await world.host('a');
    await a.receives(nats);
    await world.send(1);
    await world.send(1);
    expect(await written(a, 1)).toEqual(numbers(1, 1));
    // An init that is stopped starts no other bridge.
    const inits = [a.session.pid, ...a.daemons()];
    for (const pid of inits) process.kill(pid, 'SIGSTOP');
    await a.killBridge();
    await world.send(2);
    const second = 1_000_000_000;
    await streams.update('upstart_main_events', { max_age: second, duplicate_window: second });
    await eventually('the servers to forget it', async () => {
      const { state } = await streams.info('upstart_main_events');
      return state.messages === 0;
    });
    for (const pid of inits) process.kill(pid, 'SIGCONT');
    for (const body of ['', '{', '{"env":["HOST=root"]}', JSON.stringify({ env: ['N=none'], to: { zone: 7 } })])
      nats.publish('upstart.main.events.ci.deploy', body);
    // The next bridge may come when the first ones are forgotten again.
    let n = 3;
    await eventually('a later one', async () => {
      await world?.send(n++);
      return a.lines().length > 1;
    });
    expect(a.lines()).not.toContain('2 ci');
    expect(a.lines()).not.toContain('none ci');
    // The bridge may emit an event before init has its word that the source runs.
    await eventually('no trouble', async () => (await a.trouble()) === null);
  });

  it('does not trouble a host whose servers are missing or refuse it, and comes when they are there', async () => {
    world = await ClusterWorld.start();
    const [server] = world.servers.all;
    await server!.stop();
    const a = await world.host('a');
    await eventually('the reason', async () => (await a.trouble())?.includes('ECONNREFUSED'));
    a.job('alone', `start on here\ntask\nexec sh -c 'echo alone >> ${a.out}'\n`);
    await a.session.run('initctl', 'reload-configuration');
    await a.session.run('initctl', 'emit', 'here');
    expect(a.lines()).toEqual(['alone']);
    await server!.start();
    await a.receives(world.nats);
    await eventually('no trouble', async () => (await a.trouble()) === null);
    await world.send(1);
    await eventually('the event', () => a.lines().includes('1 ci'));
  });
});
