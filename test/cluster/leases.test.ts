/**
 * One of many: sessions as hosts, with the real servers. The job writes its host and its token into one file, again and again, so that two
 * that run at one time, and a token that does not grow, are seen in it.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hasNatsServer } from '../../packages/cluster/src/testing/nats-servers.ts';
import type { LeaseEntry } from '../../packages/protocol/src/index.ts';
import { signal } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import type { Host } from './host.ts';
import { ClusterWorld } from './world.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A lease that does not end by itself: on a slow machine a bridge may come late, or be another one. */
const LONG = '30s';
/** One that outlasts every wait of a test: nobody has it next unless it is given back. */
const ENDLESS = '600s';

interface Tick {
  readonly host: string;
  readonly token: number;
}

class Leased {
  readonly world: ClusterWorld;
  readonly hosts: readonly Host[];
  readonly #file: string;

  private constructor(world: ClusterWorld, hosts: readonly Host[]) {
    this.world = world;
    this.hosts = hosts;
    this.#file = join(world.servers.folder, 'ticks');
    appendFileSync(this.#file, '');
  }

  static async start(names: readonly string[], lease = '5s'): Promise<Leased> {
    const world = await ClusterWorld.start();
    ends.push(() => world.end());
    const hosts = await Promise.all(names.map((name) => world.host(name, `lease ${lease}`)));
    const leased = new Leased(world, hosts);
    for (const host of hosts) leased.#add(host);
    return leased;
  }

  #add(host: Host): void {
    const tick = `echo ${host.name} $UPSTART_LEASE >> ${this.#file}`;
    host.job('db', `cluster one main\nkill timeout 1\nscript\n  while ${tick}; do sleep 0.05; done\nend script\n`);
  }

  /** Starts the job, which may have to wait, and waits until its init has it. */
  async startOn(...hosts: readonly Host[]): Promise<void> {
    for (const host of hosts) await this.start(host, 'db');
  }

  async start(host: Host, job: string): Promise<void> {
    await eventually('the job', () => host.asks((client) => client.call('config', { job })).catch(() => null));
    await host.asks((client) => client.call('start', { job, env: [], wait: false }));
  }

  ticks(): Tick[] {
    return existsSync(this.#file)
      ? readFileSync(this.#file, 'utf8')
          .split('\n')
          .slice(0, -1)
          .map((line) => line.split(' '))
          .map(([host = '', token = '']) => ({ host, token: Number(token) }))
      : [];
  }

  /** Waits until the job runs, on another host than those; the value is where. */
  async runsBut(...others: readonly (Host | undefined)[]): Promise<Host> {
    const names = others.map((host) => host?.name);
    const count = this.ticks().length;
    const tick = await eventually('the job to run', () =>
      this.ticks()
        .slice(count)
        .find(({ host }) => !names.includes(host)),
    ).catch(async (error: Error) => {
      const words = await Promise.all(this.hosts.map((host) => said(host).catch(String)));
      throw new Error([error.message, ...words].join('\n'));
    });
    return this.hosts.find(({ name }) => name === tick.host) as Host;
  }

  /** No holder comes back with its old token, and each has a larger one than all before it: nobody has run beside another. */
  check(): void {
    const tokens = this.ticks().map(({ token }) => token);
    expect(tokens.every((token) => token > 0)).toBe(true);
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
    const byToken = new Map(this.ticks().map(({ host, token }) => [token, host]));
    expect(this.ticks().every(({ host, token }) => byToken.get(token) === host)).toBe(true);
  }
}

/** What the init of a host says of the job and of its source of leases. */
const said = async (host: Host): Promise<string> => {
  const sources = await host.asks((client) => client.call('sources', {}));
  return `${host.name}: ${await why(host)}; ${JSON.stringify(sources)}`;
};

const why = async (host: Host): Promise<string> => {
  const { instances } = await host.asks((client) => client.call('explain', { job: 'db' }));
  return instances.map(({ goal, state, blockedBy }) => `${goal}/${state} ${blockedBy[0]?.text ?? ''}`).join();
};

/** What has happened to the lease, as the history of a host has it. */
async function changesOf(host: Host): Promise<LeaseEntry[]> {
  const query = { job: 'db', sinceMs: 0, after: 0, limit: 2000 };
  const { entries } = await host.asks((client) => client.call('history', query));
  return entries.filter((entry) => entry.kind === 'lease');
}

describe.skipIf(!hasNatsServer)('a job with `cluster one`', () => {
  it('runs on one host, and the others say where', async () => {
    const leased = await Leased.start(['one', 'two', 'three'], LONG);
    await leased.startOn(...leased.hosts);
    const holder = await leased.runsBut();
    for (const host of leased.hosts.filter((other) => other !== holder))
      await eventually('word of the holder', async () => (await why(host)).endsWith(`main, held by ${holder.name}`));
    leased.check();
    expect(new Set(leased.ticks().map(({ host }) => host))).toEqual(new Set([holder.name]));
  });

  it('goes to another host when its init is killed, and with it the job', async () => {
    const leased = await Leased.start(['one', 'two']);
    await leased.startOn(...leased.hosts);
    const holder = await leased.runsBut();
    signal(holder.session.pid, 'SIGKILL');
    for (const pid of holder.bridges()) signal(pid, 'SIGKILL');
    await leased.runsBut(holder);
    leased.check();
  });

  it('stays when its bridge is killed, and the next one renews', async () => {
    const leased = await Leased.start(['one', 'two'], LONG);
    await leased.startOn(...leased.hosts);
    const holder = await leased.runsBut();
    const [before] = leased.ticks();
    const bridges = holder.bridges();
    await holder.killBridge();
    await eventually('another bridge', () => holder.bridges().some((pid) => !bridges.includes(pid)));
    const status = async () => (await holder.asks((client) => client.call('leases', {})))[0];
    const first = (await status())?.deadlineMs ?? 0;
    await eventually('a renewal', async () => ((await status())?.deadlineMs ?? 0) > first);
    expect(leased.ticks().at(-1)).toEqual(before);
    leased.check();
  });

  it('stops before another host takes over from a bridge that is stopped', async () => {
    const leased = await Leased.start(['one', 'two']);
    await leased.startOn(...leased.hosts);
    const holder = await leased.runsBut();
    const bridges = holder.bridges();
    for (const pid of bridges) signal(pid, 'SIGSTOP');
    try {
      await leased.runsBut(holder);
    } finally {
      for (const pid of bridges) signal(pid, 'SIGCONT');
    }
    const other = leased.hosts.find((host) => host !== holder) as Host;
    await eventually('word of the holder', async () => (await why(holder)).endsWith(`held by ${other.name}`));
    // On a slow machine the lease may have gone to and fro before.
    const changes = await changesOf(holder);
    const [taken, lost] = changes.slice(changes.findLastIndex(({ change }) => change === 'taken'));
    expect(taken).toMatchObject({ change: 'taken', cause: { kind: 'request' } });
    // Given up before its end, or at its end by a daemon that stood still meanwhile.
    const change = expect.stringMatching(/^(?:given-up|lost)$/);
    expect(lost).toMatchObject({ change, token: taken?.token, cause: { kind: 'timer' } });
    const over = await changesOf(other);
    expect(over.at(-1)).toMatchObject({ change: 'taken', cause: { text: `from host ${holder.name}` } });
    expect((await other.asks((client) => client.call('explain', { job: 'db' }))).leases?.at(-1)).toEqual(over.at(-1));
    leased.check();
  });

  it.each([
    ['with its bridge', (host: Host) => [...host.daemons(), ...host.bridges()]],
    ['alone', (host: Host) => host.daemons()],
  ])('is killed by the supervisor where the daemon is stopped %s, and waited for there again', async (_, of) => {
    const leased = await Leased.start(['one', 'two']);
    await leased.startOn(...leased.hosts);
    const holder = await leased.runsBut();
    const stopped = of(holder);
    for (const pid of stopped) signal(pid, 'SIGSTOP');
    try {
      await leased.runsBut(holder);
    } finally {
      for (const pid of stopped) signal(pid, 'SIGCONT');
    }
    await eventually('it to wait', async () => (await why(holder)).startsWith('start/starting'));
    leased.check();
  });

  it('stops without the server, and runs once more when that is back', async () => {
    const leased = await Leased.start(['one', 'two']);
    await leased.startOn(...leased.hosts);
    const holder = await leased.runsBut();
    await leased.world.servers.all[0]?.kill();
    await eventually('the end', async () => (await why(holder)).startsWith('start/starting'));
    const { length } = leased.ticks();
    await leased.world.servers.all[0]?.start();
    await leased.runsBut();
    expect(leased.ticks().length).toBeGreaterThan(length);
    leased.check();
  });

  it('goes over at once when it is stopped where it runs', async () => {
    const leased = await Leased.start(['one', 'two'], LONG);
    await leased.startOn(...leased.hosts);
    const holder = await leased.runsBut();
    await holder.asks((client) => client.call('stop', { job: 'db', env: [], wait: true }));
    await leased.runsBut(holder);
    leased.check();
  });

  it('goes over at once, as any other, when the session ends in which they run', async () => {
    const leased = await Leased.start(['one', 'two'], ENDLESS);
    const [one, two] = leased.hosts as [Host, Host];
    for (const host of leased.hosts) host.job('cache', 'cluster one cache\nkill timeout 1\nexec sleep infinity\n');
    const states = (host: Host) =>
      host.asks(async (client) => (await client.call('leases', {})).map(({ state }) => state));
    for (const host of leased.hosts) {
      for (const job of ['db', 'cache']) await leased.start(host, job);
      const state = host === one ? 'held' : 'awaited';
      await eventually(`leases that are ${state}`, async () => (await states(host)).join() === `${state},${state}`);
    }
    await one.session.end();
    await eventually('two to have both', async () => (await states(two)).join() === 'held,held');
    await leased.runsBut(one);
    leased.check();
  });
});
