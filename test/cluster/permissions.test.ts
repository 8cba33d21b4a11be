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

/** The permissions that the document has for a host `web1`, as lines of the servers' configuration. */
function documented(host: string): string {
  const text = readFileSync(new URL('../../docs/cluster.md', import.meta.url), 'utf8');
  const [, block = ''] = /```\n(permissions \{\n[^`]*)```/.exec(text) ?? [];
  return block.replaceAll('web1', host);
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
});
