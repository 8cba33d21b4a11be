/** Changes by `upstart fleet`: who may make them, what each host knows of it, and rolling restarts. */
import { constants } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { hasNatsServer } from '../../packages/cluster/src/testing/nats-servers.ts';
import { eventually } from '../eventually.ts';
import type { Host } from './host.ts';
import { TestFleet } from './test-fleet.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Runs once, and fails at each start after that. */
const FAILS_LATER = 'pre-start exec sh -c \'test ! -e "$HOME/started" && touch "$HOME/started"\'\nexec sleep 1000\n';

/** The causes of what was asked for on the host. */
async function causes(host: Host): Promise<string[]> {
  const query = { job: 'web', sinceMs: 0, after: 0, limit: 2000 };
  const { entries } = await host.asks((client) => client.call('history', query));
  return entries.flatMap((entry) =>
    'cause' in entry && entry.cause.kind === 'request' ? `${entry.cause.request} ${entry.cause.text}` : [],
  );
}

describe.skipIf(!hasNatsServer)('changes of the fleet', () => {
  it('changes hosts that allow it, and each knows who it was', async () => {
    const fleet = await TestFleet.start({ a: 'fleet control', b: 'fleet control', c: 'fleet read' }, ends);
    const stopped = await fleet.run('stop', 'web', '--on', 'b', '--on', 'c');
    expect([stopped.status, stopped.stdout]).toEqual([5, 'b  web stop/waiting\n']);
    expect(stopped.stderr).toMatch(/^upstart: no answer of c: fleet read in \S+ of c does not allow it\n$/);
    expect((await fleet.run('start', 'web', '--on', 'b')).stdout).toMatch(/^b {2}web start\/running, process \d+\n$/);
    expect((await fleet.run('restart', 'web', '--on', 'b')).status).toBe(0);
    await fleet.run('reload', 'web', '--on', 'b');
    const uid = process.geteuid?.();
    expect((await causes(fleet.host('b'))).slice(1)).toEqual([
      `stop by cluster host a (uid ${uid})`,
      `start by cluster host a (uid ${uid})`,
      ...Array.from({ length: 2 }, () => `restart restarted by cluster host a (uid ${uid})`),
      `reload by cluster host a (uid ${uid})`,
    ]);
    expect((await causes(fleet.host('c'))).slice(1)).toEqual([]);
  });

  it('believes the bridge alone on whose behalf a change is made', async () => {
    const fleet = await TestFleet.start({ a: 'fleet control' }, ends);
    const by = 'cluster host boss';
    const a = fleet.host('a');
    await a.asks((client) => client.call('restart', { job: 'web', instance: '', wait: true, by }));
    // Which does not end it, as the signal of reload does.
    await a.asks((client) =>
      client.call('kill', { job: 'web', instance: '', signal: constants.signals.SIGCONT, hook: false, by }),
    );
    await a.asks((client) => client.call('reload', { job: 'web', instance: '', by }));
    expect((await causes(a)).filter((cause) => cause.includes('boss'))).toEqual([]);
    // A daemon that has not started the bridge itself knows it, too.
    await a.killDaemon();
    await eventually('a daemon', () => a.asks((client) => client.call('version', {})).catch(() => null));
    await eventually('the end of it', async () => (await fleet.run('status', 'web')).status === 3);
    expect((await fleet.run('start', 'web')).status).toBe(0);
    expect((await causes(a)).at(-1)).toMatch(/^start by cluster host a \(uid \d+\)$/);
  });

  it('restarts in batches, and stops at the host that fails', async () => {
    const fleet = await TestFleet.start(
      Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, 'fleet control'])),
      ends,
    );
    const restart = (...words: string[]) => fleet.run('restart', 'web', '--batch', '2', ...words);
    const whole = await restart('--wait-ready');
    expect([whole.status, whole.stderr]).toEqual([0, '']);
    expect(whole.stdout.match(/^batch.*$/gm)).toEqual(['batch 1 of 2: a, b', 'batch 2 of 2: c, d']);
    const b = fleet.host('b');
    await b.asks((client) => client.call('stop', { job: 'web', instance: '', wait: true }));
    await fleet.job(b, 'web', FAILS_LATER);
    await eventually('the other definition', async () => {
      const [pid] = await b
        .asks((client) => client.call('status', { job: 'web', env: [] }))
        .then(({ instances }) => instances);
      return pid !== undefined;
    });
    const pidsOf = async (name: string) => (await fleet.run('status', 'web', '--on', name)).stdout;
    const before = await Promise.all(['c', 'd'].map(pidsOf));
    const failed = await restart('--wait-ready', '--stop-on-failure');
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('upstart: b: cannot restart web: Job failed to restart');
    expect(failed.stderr).toContain('upstart: stopped before batch 2 of 2; not restarted: c, d');
    expect(await Promise.all(['c', 'd'].map(pidsOf))).toEqual(before);
    const { stdout } = await restart('--json');
    expect(JSON.parse(stdout)).toMatchObject({ failed: [], notReached: [], missing: [] });
  });

  it('has a process that dies after its start fail with --wait-ready alone', async () => {
    const fleet = await TestFleet.start({ a: 'fleet control' }, ends);
    const a = fleet.host('a');
    a.job('short', 'respawn\nrespawn limit unlimited\nexec sleep 0.2\n');
    await eventually('the job', () => a.asks((client) => client.call('config', { job: 'short' })).catch(() => null));
    await a.asks((client) => client.call('start', { job: 'short', env: [], wait: true }));
    const words = ['restart', 'short', '--batch', '1'];
    expect((await fleet.run(...words)).status).toBe(0);
    const failed = await fleet.run(...words, '--wait-ready');
    expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining('upstart: not ready on a: short')]);
  });

  it('starts a job with a lease on all hosts, restarts it where it runs, and does not wait with the others for the lease', async () => {
    const fleet = await TestFleet.start({ a: 'fleet control', b: 'fleet control' }, ends);
    for (const host of fleet.hosts) {
      host.job('db', 'cluster one main\nexec sleep 1000\n');
      await host.session.run('initctl', 'reload-configuration');
    }
    for (let again = 0; again < 2; again++) {
      const begun = await fleet.run('start', 'db');
      const states = begun.stdout
        .match(/ start\/.*$/gm)
        ?.map((state) => state.replace(/\d+$/, 'N'))
        .toSorted();
      expect([begun.status, begun.stderr, states]).toEqual([0, '', [' start/running, process N', ' start/starting']]);
    }
    const { status, stdout } = await fleet.run('restart', 'db', '--timeout', '60');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^[ab] {2}db start\/running, process \d+\n$/)]);
  });
});
