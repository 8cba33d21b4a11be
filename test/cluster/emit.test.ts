/** `upstart emit`: on this machine, and to the hosts of a cluster with their answers. */
import { afterEach, describe, expect, it } from 'vitest';
import { hasNatsServer, jetstreamManager, NatsServers } from '../../packages/cluster/src/testing/nats-servers.ts';
import { signal } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import type { Host } from './host.ts';
import { ClusterWorld, written } from './world.ts';

let world: ClusterWorld | undefined;
afterEach(async () => {
  await world?.end();
  world = undefined;
});

interface Emitted {
  readonly sequence: number;
  readonly answers: { host: string; result: string; text: string }[] | null;
}

async function emit(host: Host, ...words: string[]) {
  const { stdout, stderr, status } = await host.session.run('upstart', 'emit', ...words);
  const said: Emitted | null = words.includes('--json') && stdout !== '' ? JSON.parse(stdout) : null;
  return { stdout, stderr, status, answers: said?.answers?.map(({ host: name, result }) => `${name} ${result}`) };
}

/** Hosts enter the list of those that are asked some time after they receive events. */
const areKnown = (host: Host, count: number): Promise<unknown> =>
  eventually('the hosts to be known', async () => {
    const { answers } = await emit(host, '--cluster', 'hello', '--wait', '--json');
    return answers?.length === count;
  });

describe.skipIf(!hasNatsServer)('upstart emit --cluster', () => {
  it('reaches the hosts, and has the answer of each', async () => {
    world = await ClusterWorld.start();
    const a = await world.host('a', 'label zone=eu');
    const b = await world.host('b', 'label zone=us\nreceive deploy');
    a.job('bad', 'start on :cluster:break\ntask\nexec false\n');
    b.job('bad', 'start on :cluster:deploy N=bad\ntask\nexec false\n');
    for (const host of [a, b]) {
      await host.session.run('initctl', 'reload-configuration');
      await host.receives(world.nats);
    }
    await areKnown(a, 2);
    const plain = await emit(a, '--cluster', 'deploy', 'N=1');
    expect([plain.stdout, plain.status]).toEqual([
      expect.stringMatching(/^deploy is event \d+ of the cluster main\n$/),
      0,
    ]);
    const waited = await emit(a, '--cluster', 'deploy', 'N=2', '--wait', '--json');
    expect([waited.answers, waited.status]).toEqual([['a done', 'b done'], 0]);
    expect([await written(a, 2), await written(b, 2)]).toEqual([
      ['1 a', '2 a'],
      ['1 a', '2 a'],
    ]);
    const some = await emit(b, '--cluster', 'deploy', 'N=3', '--to', 'zone=eu', '--wait', '--json');
    expect([some.answers, some.status]).toEqual([['a done'], 0]);
    const broken = await emit(a, '--cluster', 'break', '--wait', '--json');
    expect([broken.answers, broken.status]).toEqual([['a failed', 'b rejected'], 1]);
    expect(broken.stderr).toContain('not done on 2 of 2 hosts: a, b');
    const nowhere = await emit(a, '--cluster', 'deploy', 'N=4', '--to', 'zone=mars', '--to', 'kind=db', '--wait');
    expect([nowhere.stdout.split('\n')[1], nowhere.status]).toEqual([
      'no host with zone=mars and kind=db waits for events',
      0,
    ]);
    const unknown = await emit(a, '--cluster', 'other', '--to', 'host=a', '--wait', '--json');
    expect([unknown.answers, unknown.status]).toEqual([['a ignored'], 0]);
  });

  it('names the hosts that do not answer', async () => {
    world = await ClusterWorld.start();
    const a = await world.host('a');
    const b = await world.host('b');
    for (const host of [a, b]) await host.receives(world.nats);
    await areKnown(a, 2);
    const stopped = b.bridges();
    for (const pid of stopped) signal(pid, 'SIGSTOP');
    const partial = await eventually('the other one to answer in time', async () => {
      const said = await emit(a, '--cluster', 'deploy', 'N=1', '--wait', '--timeout', '5', '--json');
      return said.answers?.[0] === 'a done' && said;
    });
    for (const pid of stopped) signal(pid, 'SIGCONT');
    expect([partial.answers, partial.status]).toEqual([['a done', 'b no answer'], 1]);
    expect(partial.stderr).toContain('not done on 1 of 2 hosts: b');
    await eventually('b to catch up', () => b.lines().includes('1 a'));
  });

  it('knows a host that could not enter itself at first', async () => {
    world = await ClusterWorld.start();
    const { streams } = await jetstreamManager(world.nats);
    // No list of hosts, in its place.
    await streams.add({ name: 'KV_upstart_main_hosts', subjects: ['other'] });
    const a = await world.host('a');
    await a.session.hears('Unable to change the list of hosts: ');
    await streams.delete('KV_upstart_main_hosts');
    await eventually('the host to be known', async () => {
      const { answers } = await emit(a, '--cluster', 'deploy', 'N=0', '--wait', '--json');
      return answers?.includes('a done');
    });
  });

  it('says what is wrong, and sends nothing', async () => {
    world = await ClusterWorld.start();
    const a = await world.host('a', 'emit deploy');
    const errors = [
      [['--cluster', 'other'], 'does not let this host send other'],
      [['--cluster', 'deploy', 'HOST=b'], 'HOST is set by the cluster'],
      [['--cluster', 'deploy', 'N'], 'expected KEY=VALUE: "N"'],
      [['--cluster', ':sys:a'], '":sys:a" cannot cross machines'],
      [['--cluster', 'deploy', '--to', 'zone'], 'expected LABEL=VALUE: zone'],
      [['--cluster', 'deploy', '--timeout', '5'], '--timeout is for --wait'],
      [['deploy', '--to', 'zone=eu'], '--to is for events of the cluster: add --cluster'],
      [['--cluster', 'deploy', `A=${'x'.repeat(49_151)}`], 'too long to cross machines: 49152 bytes at most'],
    ] as const;
    for (const [words, text] of errors) expect((await emit(a, ...words)).stderr).toContain(text);
    expect((await emit(a, '--cluster', 'deploy', `A=${'x'.repeat(49_150)}`)).stdout).toContain('is event 1 of');
    const accounts = 'X: { users: [ { user: x, password: y } ] }, Y: { jetstream: enabled }';
    const without = await NatsServers.start(1, `accounts { ${accounts} }\nno_auth_user: x`);
    a.configure(without.urls);
    for (const more of [[], ['--wait']])
      expect((await emit(a, '--cluster', 'deploy', ...more)).stderr).toMatch(
        new RegExp(`^upstart: cluster main at ${without.urls[0]}: .*jetstream.*; nothing was sent\n$`, 'i'),
      );
    expect((await a.session.run('upstart', 'fleet', 'ps')).stderr).toContain('; no host was asked');
    await without.remove();
    a.configure(['nats://127.0.0.1:1']);
    expect((await emit(a, '--cluster', 'deploy')).stderr).toContain('no connection to nats://127.0.0.1:1');
  });

  it('without --cluster is for this machine', async () => {
    world = await ClusterWorld.start();
    const a = await world.host('a');
    a.job('local', `start on here\ntask\nexec sh -c 'echo $WHAT >> ${a.out}'\n`);
    await a.session.run('initctl', 'reload-configuration');
    expect((await emit(a, 'here', 'WHAT=local', '--wait')).status).toBe(0);
    expect(a.lines()).toEqual(['local']);
  });
});
