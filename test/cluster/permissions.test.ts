/** What the servers allow a host is what it can do: the permissions of docs/cluster.md are enough, and bind it to its name and its events. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connect, hasNatsServer, NatsServers, nkeys } from '../../packages/cluster/src/testing/nats-servers.ts';
import { eventually } from '../eventually.ts';
import { Host } from './host.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const DOCUMENT = readFileSync(new URL('../../docs/cluster.md', import.meta.url), 'utf8');

/** The permissions that the document has for a host `web1`, as lines of the servers' configuration. `more`: those that it needs in addition. */
function documented(host: string, more: readonly string[] = []): string {
  const [, block = ''] = /```\n(permissions \{\n[^`]*)```/.exec(DOCUMENT) ?? [];
  const additions = /```\n( {2}publish = \[\n[^`]*)```/.exec(DOCUMENT)?.[1]?.match(/"[^"]+"/g) ?? [];
  const wanted = additions.filter((line) => more.some((word) => line.includes(word)));
  const isReply = (line: string): boolean => line.includes('.replies.');
  return block
    .replace('publish = [', `publish = [\n${wanted.filter((line) => !isReply(line)).join('\n')}`)
    .replace('subscribe = [', `subscribe = [\n${wanted.filter(isReply).join('\n')}`)
    .replaceAll('web1', host);
}

describe.skipIf(!hasNatsServer)('the permissions of docs/cluster.md', () => {
  it('are enough for a host, and no more', async () => {
    const [a, b, stranger] = [nkeys.createUser(), nkeys.createUser(), nkeys.createUser()];
    const user = (pair: typeof a, permissions: string): string => `{ nkey: ${pair.getPublicKey()}, ${permissions} }`;
    const users = [user(a, documented('a')), user(b, documented('b')), '{ user: admin, password: secret }'];
    const servers = await NatsServers.start(1, `authorization { users = [ ${users.join(',\n')} ] }`);
    ends.push(() => servers.remove());
    const admin = await connect({ servers: servers.urls, user: 'admin', pass: 'secret' });
    ends.push(() => admin.close());
    const seedOf = (name: string, pair: typeof a): string => {
      const path = join(servers.folder, `${name}.nk`);
      writeFileSync(path, pair.getSeed(), { mode: 0o600 });
      return `nkey ${path}`;
    };
    const host = async (name: string, pair: typeof a): Promise<Host> => {
      const started = await Host.start(name, servers.urls, seedOf(name, pair));
      ends.push(() => started.remove());
      return started;
    };
    const hostA = await host('a', a);
    const hostB = await host('b', b);
    await hostA.receives(admin);
    await hostB.receives(admin);
    const emit = (one: Host, ...words: string[]) => one.session.run('upstart', 'emit', '--cluster', ...words);
    await eventually('both answer', async () => {
      const { stdout } = await emit(hostA, 'deploy', 'N=1', '--wait');
      return stdout.includes('a  done') && stdout.includes('b  done');
    });
    for (const one of [hostA, hostB]) {
      one.job('db', 'cluster one main\nexec sleep 1000\n');
      await one.session.run('initctl', 'reload-configuration');
      await one.asks((client) => client.call('start', { job: 'db', env: [], wait: false }));
    }
    const leases = async (one: Host) => await one.asks((client) => client.call('leases', {}));
    await eventually('one has the lease, and the other one knows', async () => {
      const [[first], [second]] = [await leases(hostA), await leases(hostB)];
      return first?.state === 'held' ? second?.heldBy === 'a' : second?.state === 'held' && first?.heldBy === 'b';
    });
    expect((await emit(hostA, 'other')).stderr).toMatch(/permission|violation/i);
    const before = hostA.lines().length;
    writeFileSync(
      join(hostB.session.home, '.config/upstart-cluster.conf'),
      `servers ${servers.urls}\nhost a\n${seedOf('b', b)}\n`,
    );
    expect((await emit(hostB, 'deploy', 'N=2')).stderr).toMatch(/permission|violation/i);
    hostB.configure(servers.urls, seedOf('stranger', stranger));
    expect((await emit(hostB, 'deploy', 'N=3')).stderr).toMatch(/Authorization Violation/);
    await hostB.killBridge();
    await eventually('the reason', async () => (await hostB.trouble())?.includes('Authorization Violation'));
    expect((await hostB.session.run('upstart', 'doctor')).stdout).toContain(
      'no connection to the cluster: Authorization Violation',
    );
    expect(hostA.lines()).toHaveLength(before);
  });

  it('let a host ask others, and change them, only as they say', async () => {
    const [look, all, none] = [nkeys.createUser(), nkeys.createUser(), nkeys.createUser()];
    const user = (pair: typeof look, permissions: string): string => `{ nkey: ${pair.getPublicKey()}, ${permissions} }`;
    const users = [
      user(look, documented('look', ['.read.', '.replies.'])),
      user(
        all,
        documented('all', ['.read.', '.control.', '.replies.', '.drain.', 'hosts.*', 'DELETE.upstart_main_events.*']),
      ),
      user(none, documented('none')),
    ];
    const servers = await NatsServers.start(1, `authorization { users = [ ${users.join(',\n')} ] }`);
    ends.push(() => servers.remove());
    const host = async (name: string, pair: typeof look): Promise<Host> => {
      const path = join(servers.folder, `${name}.nk`);
      writeFileSync(path, pair.getSeed(), { mode: 0o600 });
      const started = await Host.start(name, servers.urls, `nkey ${path}\nfleet control`);
      ends.push(() => started.remove());
      return started;
    };
    const hosts = [await host('look', look), await host('all', all), await host('none', none)] as const;
    const fleet = (one: Host, ...words: string[]) => one.session.run('upstart', 'fleet', ...words);
    await eventually('all answer', async () => {
      const { stdout } = await fleet(hosts[0], 'hosts');
      return stdout.match(/ answers /g)?.length === 3;
    });
    hosts[2].job('web', 'exec sleep 1000\n');
    await eventually('the job', async () => (await fleet(hosts[0], 'status', 'web')).status === 3);
    expect((await fleet(hosts[0], 'ps', 'web')).stdout).toMatch(/^none {2}web {2}stop\/waiting/m);
    const refused = await fleet(hosts[0], 'start', 'web', '--on', 'none');
    const text = 'no answer of none: the servers do not let look ask it for control.start';
    expect([refused.status, refused.stderr]).toEqual([5, `upstart: ${text}\n`]);
    expect((await fleet(hosts[2], 'ps')).stderr).toMatch(/the servers do not let none/);
    expect((await fleet(hosts[0], 'drain', 'none')).stderr).toMatch(/permission|violation/i);
    expect((await fleet(hosts[1], 'drain', 'none')).status).toBe(0);
    expect((await fleet(hosts[1], 'forget', 'none')).stderr).toMatch(/^upstart: none answers, /);
    // In the name of another host: its subjects are not those of this user.
    const nkey = `nkey ${join(servers.folder, 'look.nk')}`;
    writeFileSync(
      join(hosts[0].session.home, '.config/upstart-cluster.conf'),
      `servers ${servers.urls.join(' ')}\nhost all\n${nkey}\n`,
    );
    expect((await fleet(hosts[0], 'start', 'web', '--on', 'none')).stderr).toMatch(/permission|violation|do not let/i);
    expect((await fleet(hosts[1], 'status', 'web')).stdout).toBe('none  web stop/waiting\n');
    expect((await fleet(hosts[1], 'start', 'web')).stdout).toMatch(/^none {2}web start\/running/);
    process.kill(hosts[2].session.pid, 'SIGKILL');
    await eventually('its bridge has gone', () => hosts[2].bridges().length === 0);
    hosts[0].configure(servers.urls, `${nkey}\nfleet control`);
    expect((await fleet(hosts[0], 'forget', 'none')).stderr).toMatch(/permission|violation/i);
    expect((await fleet(hosts[1], 'forget', 'none')).stdout).toBe('none is no host of the cluster main any more\n');
  });
});
