/** Hosts that `upstart fleet` asks, and the command on the first of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import type { Host } from './host.ts';
import { ClusterWorld } from './world.ts';

const SERVICE = 'exec sleep 1000\n';

export class TestFleet {
  readonly world: ClusterWorld;
  readonly hosts: readonly Host[];
  readonly #following: ChildProcess[] = [];

  private constructor(world: ClusterWorld, hosts: readonly Host[]) {
    this.world = world;
    this.hosts = hosts;
  }

  /** Hosts with these lines in their `cluster.conf`, each with the running job `web`. `ends` gets what ends it. */
  static async start(conf: Readonly<Record<string, string>>, ends: (() => Promise<void>)[]): Promise<TestFleet> {
    const world = await ClusterWorld.start();
    // From the first moment on: a host may fail to start.
    let end = (): Promise<void> => world.end();
    ends.push(() => end());
    const hosts = await Promise.all(Object.entries(conf).map(([name, more]) => world.host(name, more)));
    const fleet = new TestFleet(world, hosts);
    end = () => fleet.end();
    for (const host of hosts) await fleet.job(host, 'web', SERVICE);
    await eventually('all hosts', async () => {
      const { stdout } = await fleet.run('hosts', '--json');
      const { hosts: found } = JSON.parse(stdout || '{"hosts":[]}') as { hosts: { answers: boolean | null }[] };
      return found.filter(({ answers }) => answers !== false).length === hosts.length;
    });
    return fleet;
  }

  async job(host: Host, name: string, text: string): Promise<void> {
    host.job(name, text);
    // A job that is known starts by the text that init has read last.
    await host.asks((client) => client.call('reloadConfiguration', {}));
    await host.asks((client) => client.call('start', { job: name, env: [], wait: true }));
  }

  /** As a user of the first host. */
  run(...words: string[]) {
    return (this.hosts[0] as Host).session.run('upstart', 'fleet', ...words);
  }

  /** The same, as long as it is wanted; standard output is a file. */
  follow(...words: string[]): { end(): Promise<unknown>; text(): string } {
    const { session } = this.hosts[0] as Host;
    const file = join(session.home, randomUUID());
    const out = openSync(file, 'w');
    const { env } = session;
    const child = spawn(join(session.product.bin, 'upstart'), ['fleet', ...words], {
      env,
      stdio: ['ignore', out, out],
    });
    closeSync(out);
    this.#following.push(child);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const end = (): Promise<unknown> => {
      child.kill('SIGINT');
      return ended;
    };
    return { end, text: () => readFileSync(file, 'utf8') };
  }

  /** Ends it all. */
  async end(): Promise<void> {
    for (const child of this.#following) child.kill('SIGKILL');
    await this.world.end();
  }

  host(name: string): Host {
    return this.hosts.find((one) => one.name === name) as Host;
  }
}
