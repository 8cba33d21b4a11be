/** `upstart fleet`: sessions as hosts, with a real server. What a person sees of several hosts. */
import { randomUUID } from 'node:crypto';
import { constants, getPriority } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { hasNatsServer } from '../../packages/cluster/src/testing/nats-servers.ts';
import { commandLineOf, processesWith } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import type { Host } from './host.ts';
import { TestFleet } from './test-fleet.ts';
import { ClusterWorld } from './world.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const columns = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

describe.skipIf(!hasNatsServer)('the fleet', () => {
  it('shows all hosts, and names the one that does not answer', async () => {
    const fleet = await TestFleet.start(
      {
        a: 'fleet control',
        b: 'fleet read\nlabel zone=eu',
        c: 'fleet read',
        d: '',
      },
      ends,
    );
    const all = await fleet.run('ps', 'web');
    expect([all.status, all.stderr]).toEqual([0, '']);
    expect(columns(all.stdout).map(([host, job, state]) => [host, job, state])).toEqual([
      ['HOST', 'JOB', 'STATE'],
      ...['a', 'b', 'c'].map((host) => [host, 'web', 'start/running']),
    ]);
    expect(columns((await fleet.run('ps', 'web', '--on', 'zone=eu')).stdout).map(([host]) => host)).toEqual([
      'HOST',
      'b',
    ]);
    await fleet.job(fleet.host('c'), 'broken', 'exec false\n').catch(() => {});
    await eventually('a failed job', async () => (await fleet.run('ps', '--failed')).stdout.includes('broken'));
    expect((await fleet.run('ps', '--failed')).status).toBe(1);
    expect((await fleet.run('explain', 'broken')).stdout).toMatch(/^c\n {2}broken stop\/waiting: its last run failed/);
    const c = fleet.host('c');
    process.kill(c.session.pid, 'SIGKILL');
    await eventually('its bridge has gone', () => c.bridges().length === 0);
    const partial = await eventually('word of it', async () => {
      const answer = await fleet.run('status', 'web', '--json');
      // The servers notice the end of its connection some time later.
      return answer.stderr.includes('it is off') && answer;
    });
    expect([partial.status, partial.stderr]).toEqual([5, expect.stringMatching(/^upstart: no answer of c: it is off/)]);
    const { jobs, missing } = JSON.parse(partial.stdout) as { jobs: { host: string }[]; missing: { host: string }[] };
    expect([jobs.map(({ host }) => host), missing.map(({ host }) => host)]).toEqual([['a', 'b'], ['c']]);
    const table = columns((await fleet.run('hosts')).stdout);
    // Without a host that is asked.
    expect((await fleet.run('hosts', '--brief')).stdout).toBe('a\nb zone=eu\nc\nd\n');
    expect(table.map(([host, state, access]) => [host, state, access])).toEqual([
      ...[
        ['HOST', 'STATE', 'FLEET'],
        ['a', 'answers', 'control'],
        ['b', 'answers', 'read'],
      ],
      ...[
        ['c', 'no answer', 'read'],
        ['d', '-', 'off'],
      ],
    ]);
    const alive = await fleet.run('forget', 'b');
    expect([alive.status, alive.stderr]).toEqual([1, expect.stringMatching(/^upstart: b answers, so it would enter/)]);
    await fleet.run('drain', 'c');
    const forgotten = await fleet.run('forget', 'c');
    expect([forgotten.status, forgotten.stdout]).toEqual([0, 'c is no host of the cluster main any more\n']);
    expect((await fleet.run('status', 'web')).status).toBe(0);
    const { stdout } = await fleet.run('hosts', '--json');
    expect(stdout).not.toMatch(/"c"/);
    expect((await fleet.run('forget', 'c')).status).toBe(2);
  });

  it('follows output and events of all hosts, each with where it is from, until it is interrupted', async () => {
    const fleet = await TestFleet.start({ a: 'fleet read', b: 'fleet read' }, ends);
    for (const host of fleet.hosts)
      await fleet.job(host, 'talk', `exec sh -c 'echo hello from ${host.name}; sleep 1000'\n`);
    const logs = fleet.follow('logs', '-f', 'talk');
    const events = fleet.follow('events', '-f', '--json');
    await eventually(
      'both',
      () => /^a\/talk \| hello from a$/m.test(logs.text()) && /^b\/talk \| hello/m.test(logs.text()),
    );
    await eventually('events of both', async () => {
      for (const host of fleet.hosts)
        await host.asks((client) => client.call('emit', { name: 'ping', env: [], wait: true }));
      return ['a', 'b'].every((name) => new RegExp(`"host":"${name}".*"name":"ping"`).test(events.text()));
    });
    await fleet.host('b').asks((client) => client.call('restart', { job: 'talk', instance: '', wait: true }));
    await eventually('the next run', () => logs.text().match(/^b\/talk \| hello from b$/gm)?.length === 2);
    const followers = () =>
      processesWith(`HOME=${fleet.host('b').session.home}`).filter((pid) =>
        /logs --user --json/.test(commandLineOf(pid)),
      );
    expect(followers()).toHaveLength(1);
    for (const following of [logs, events]) expect(await following.end()).toBe(0);
    await eventually('nothing left of it', () => followers().length === 0);
    const past = await fleet.run('events', '--json', '-n', '500');
    const { entries } = JSON.parse(past.stdout) as { entries: { host: string; kind: string; atMs: number }[] };
    expect(new Set(entries.map(({ host }) => host))).toEqual(new Set(['a', 'b']));
    expect(entries.map(({ atMs }) => atMs)).toEqual(entries.map(({ atMs }) => atMs).sort((a, b) => a - b));
    const all = await fleet.run('logs', 'talk', '-n', '1');
    expect(all.stdout.split('\n').sort()).toEqual(['', 'a/talk | hello from a', 'b/talk | hello from b']);
  });

  it('shows the lines that are asked for, as `upstart logs` does', async () => {
    const fleet = await TestFleet.start({ a: 'fleet read', b: 'fleet read' }, ends);
    const [a, b] = fleet.hosts as [Host, Host];
    for (const host of [a, b]) {
      const lines = ['\\033[31mred\\033[0m 1', '-x', 'one', `red ${host.name}`, 'two'];
      await fleet.job(host, 'paint', `task\nexec printf '${lines.join('\\n')}\\n'\n`);
    }
    const red = '\u001b[31mred\u001b[0m 1';
    const own = await a.session.run('upstart', 'logs', 'paint', '--grep', 'r(?=ed)', '--no-prefix');
    expect(own.stdout).toBe(`${red}\nred a\n`);
    const logs = async (...words: string[]) => (await fleet.run('logs', 'paint', ...words)).stdout.split('\n').sort();
    expect(await logs('--grep', 'r(?=ed)')).toEqual(
      ['', `a/paint | ${red}`, 'a/paint | red a', `b/paint | ${red}`, 'b/paint | red b'].sort(),
    );
    expect(await logs('--grep', 'r(?=ed)', '-n', '1')).toEqual(['', 'a/paint | red a', 'b/paint | red b']);
    expect(await logs('--grep=-x', '--on', 'b')).toEqual(['', 'b/paint | -x']);
    expect(await logs('-n', '0', '--on', 'b')).toEqual(['']);
    const wrong = await fleet.run('logs', '--grep', '(');
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('--grep takes a regular expression: ')]);
    const long = await fleet.run('logs', '--grep', 'x'.repeat(1025));
    expect([long.status, long.stderr]).toEqual([2, expect.stringContaining('--grep takes at most 1024 characters')]);
    expect((await fleet.run('logs', 'paint', '--grep', 'x'.repeat(1024))).status).toBe(0);
    const following = fleet.follow('logs', '-f', 'paint', '--grep', 'red', '--on', 'b');
    await eventually('the lines', () => following.text().includes('b/paint | red b'));
    // What compares for another host leaves the processors to the jobs.
    const readers = processesWith(`HOME=${b.session.home}`).filter((pid) =>
      / logs .*--grep=red/.test(commandLineOf(pid)),
    );
    expect(readers.map((pid) => getPriority(pid))).toEqual([constants.priority.PRIORITY_LOW]);
    await b.asks((client) => client.call('start', { job: 'paint', env: [], wait: true }));
    await eventually('the next run', () => following.text().match(/red b$/gm)?.length === 2);
    expect(following.text()).not.toMatch(/one|two/);
    expect(await following.end()).toBe(0);
  });

  it('drains a host of its leases, which stays so when its bridge is another one', async () => {
    // No lease ends by itself, however slow the machine is.
    const fleet = await TestFleet.start({ a: 'fleet control\nlease 30s', b: 'fleet read\nlease 30s' }, ends);
    for (const host of fleet.hosts) {
      host.job('db', 'cluster one main\nkill timeout 1\nexec sleep 1000\n');
      await eventually('the job', () => host.asks((client) => client.call('config', { job: 'db' })).catch(() => null));
      await host.asks((client) => client.call('start', { job: 'db', env: [], wait: false }));
    }
    const holder = async (): Promise<string> => {
      const { stdout } = await fleet.run('ps', 'db', '--json');
      return (JSON.parse(stdout) as { leases: { host: string }[] }).leases.map(({ host }) => host).join();
    };
    const first = await eventually('a holder', holder);
    const other = first === 'a' ? 'b' : 'a';
    const drained = await fleet.run('drain', first);
    expect([drained.status, drained.stdout.split('\n')[0]]).toEqual([0, `${first} is drained`]);
    await eventually('the other host', async () => (await holder()) === other);
    expect((await fleet.run('hosts')).stdout).toMatch(new RegExp(`^${first} .*by cluster host a \\(uid `, 'm'));
    await eventually('word of it', async () =>
      (await fleet.run('explain', 'db')).stdout.includes('this host is drained by cluster host a'),
    );
    expect(await leasesIn(fleet.host(first), 'history', 'db')).toEqual([
      expect.stringMatching(/^lease main taken \(token \d+\), uid \d+, pid \d+ \(.+\)$/),
      expect.stringMatching(/^lease main handed over because its host is drained by cluster host a \(uid \d+\), uid /),
      'lease main returned because no process of it is left',
    ]);
    expect(await leasesIn(fleet.host(other), 'explain', 'db')).toEqual([
      expect.stringMatching(new RegExp(`^lease main taken \\(token \\d+\\) from host ${first}, uid `)),
    ]);
    await fleet.host(first).killBridge();
    await fleet.host(other).asks((client) => client.call('stop', { job: 'db', instance: '', wait: true }));
    await eventually('its word again', async () =>
      (await fleet.host(first).trouble())?.startsWith('this host is drained'),
    );
    // What is released is free a moment after the job has stopped.
    await eventually('no holder', async () => (await holder()) === '');
    expect((await fleet.run('undrain', first)).stdout).toBe(`${first} is drained no more\n`);
    await eventually('it again', async () => (await holder()) === first);
    expect((await fleet.run('drain', 'nobody')).status).toBe(2);
    const a = fleet.host('a');
    const deaf = `trap : TERM; echo deaf >> ${a.out}; sleep 1000; sleep 1000`;
    await fleet.job(a, 'slow', `cluster one slow\nkill timeout 600\nexec sh -c '${deaf}'\n`);
    await eventually('it to be deaf', () => a.lines().includes('deaf'));
    const late = await fleet.run('drain', 'a', '--timeout', '1');
    expect([late.status, late.stdout]).toEqual([1, expect.stringMatching(/^slow {2}still on a$/m)]);
    await a.asks((client) =>
      client.call('kill', { job: 'slow', instance: '', signal: constants.signals.SIGKILL, hook: false }),
    );
  });

  it('asks hosts anew when their cluster.conf has changed', async () => {
    const fleet = await TestFleet.start({ a: 'fleet control', b: '' }, ends);
    const b = fleet.host('b');
    expect((await fleet.run('ps', '--on', 'b')).stderr).toMatch(/no answer of b: it is off, or answers nobody/);
    b.configure(fleet.world.servers.urls, 'fleet read');
    await b.asks((client) => client.call('reloadConfiguration', {}));
    await eventually('an answer', async () => (await fleet.run('ps', 'web')).stdout.includes('\nb '));
    b.configure(fleet.world.servers.urls, 'fleet read\nnkey /none');
    await b.asks((client) => client.call('reloadConfiguration', {}));
    const why = 'no connection to the cluster: /none: No such file or directory';
    await eventually('its trouble', async () => (await b.trouble()) === why);
    b.job('release', 'exec true\n');
    await b.asks((client) => client.call('reloadConfiguration', {}));
    const text = `warning  sources   cluster, which \`fleet\` in cluster.conf needs, is run by init: ${why}\n`;
    await eventually('doctor', async () => (await b.session.run('upstart', 'doctor')).stdout.includes(text));
  });

  it('has no part in it without a line fleet, and costs nothing', async () => {
    const world = await ClusterWorld.start();
    ends.push(() => world.end());
    const host = await world.host('a');
    host.job('release', `description "${randomUUID()}"\n`);
    await eventually('no bridge', () => host.bridges().length === 0);
    const answer = await host.session.run('upstart', 'fleet', 'ps');
    expect([answer.status, answer.stderr]).toEqual([
      1,
      'upstart: no host of the cluster main answers to others: see fleet in cluster.conf(5)\n',
    ]);
  });
});

/** What a command on this host says of changes of leases. */
async function leasesIn(host: Host, ...words: string[]): Promise<string[]> {
  const { stdout } = await host.session.run('upstart', ...words);
  return stdout
    .split('\n')
    .flatMap((line) => /lease main (?:taken|handed|given|lost|returned).*/.exec(line)?.[0] ?? []);
}
