/** NATS servers with JetStream for tests: on loopback, on free ports, in a folder that goes with them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, nkeys } from '@nats-io/transport-node';
import { eventually } from '../../../../test/eventually.ts';
import { freePort } from '../../../../test/ports.ts';
import { removeFolder } from '../../../../test/remove-folder.ts';

/** For tests outside of this package, which cannot name these. */
export { connect, jetstreamManager, type NatsConnection, nkeys };

const PROGRAM = 'nats-server';
const PROBE = 'probe';
const LOOPBACK = '127.0.0.1';
/** Three servers that have begun keep three copies after this at the latest; longer where the machine is slow. */
const PLACED_MS = 30_000;

const asked = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
/** Whether the server is installed; tests that need it are skipped where it is not. */
export const hasNatsServer = asked.status === 0;
/** What it says of itself. */
export const natsServerVersion = hasNatsServer ? asked.stdout.trim() : 'no nats-server';

/** One server, with the same ports and files over restarts. */
export class NatsServer {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  readonly #address: string;
  readonly #within: readonly string[];
  readonly #conf: string;
  readonly #log: string;
  #process: ChildProcess | null = null;

  /** `address`: where it listens. `within`: a command that becomes the one behind it, in another namespace. */
  constructor(
    name: string,
    port: number,
    folder: string,
    conf: string,
    { address = LOOPBACK, within = [] }: { readonly address?: string; readonly within?: readonly string[] } = {},
  ) {
    this.name = name;
    this.port = port;
    this.url = `nats://${address}:${port}`;
    this.#address = address;
    this.#within = within;
    this.#conf = join(folder, `${name}.conf`);
    this.#log = join(folder, `${name}.log`);
    writeFileSync(this.#conf, conf);
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** Starts it, and waits until it takes connections. */
  async start(): Promise<void> {
    const log = openSync(this.#log, 'a');
    const [program = '', ...words] = [...this.#within, PROGRAM, '-c', this.#conf];
    const child = spawn(program, words, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#process = child;
    await eventually(`${this.name} to listen`, async () => {
      if (child.exitCode !== null) throw new Error(`${PROGRAM} ended with ${child.exitCode}: see ${this.#log}`);
      return await answers(this.#address, this.port);
    });
  }

  /** Ends it in order. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Ends it as a crash does. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** As a machine that hangs: connections stay, nothing answers. Resolves when all its threads have stopped. */
  async pause(): Promise<void> {
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    process.kill(pid, 'SIGSTOP');
    const states = (): string[] =>
      readdirSync(`/proc/${pid}/task`).map((task) =>
        readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .slice(0, 1),
      );
    await eventually('the server has stopped', () => states().every((state) => state === 'T'));
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGCONT');
    child.kill(signal);
    await ended;
  }
}

/** One server, or three that are a cluster. */
export class NatsServers {
  readonly folder: string;
  readonly all: readonly NatsServer[];

  private constructor(folder: string, all: readonly NatsServer[]) {
    this.folder = folder;
    this.all = all;
  }

  /** `extra`: more of their configuration, such as accounts and permissions. */
  static async start(count: 1 | 3 = 1, extra = ''): Promise<NatsServers> {
    const folder = mkdtempSync(join(tmpdir(), 'nats-'));
    const nodes = await Promise.all(
      Array.from({ length: count }, async (_, index) => ({
        ...{ name: `n${index + 1}`, port: await freePort(), peer: await freePort() },
      })),
    );
    const routes = nodes.map(({ peer }) => `nats://127.0.0.1:${peer}`);
    const servers = nodes.map(({ name, port, peer }) => {
      const store = join(folder, name);
      mkdirSync(store);
      const cluster = `cluster { name: test, listen: "127.0.0.1:${peer}", routes: [${routes.map((url) => `"${url}"`)}] }\n`;
      const conf =
        `server_name: ${name}\nlisten: "127.0.0.1:${port}"\n` +
        `jetstream { store_dir: "${store}", max_file_store: 1GB, max_memory_store: 64MB }\n` +
        `${count > 1 ? cluster : ''}${extra}\n`;
      return new NatsServer(name, port, folder, conf);
    });
    const started = new NatsServers(folder, servers);
    await Promise.all(servers.map((server) => server.start()));
    if (count > 1 && extra === '') await started.elected();
    return started;
  }

  /** Waits until the servers have a leader, without which they keep nothing, and know one another. */
  async elected(): Promise<void> {
    const nats = await connect({ servers: this.urls });
    try {
      await untilPlaced(nats, this.all);
    } finally {
      await nats.close();
    }
  }

  get urls(): string[] {
    return this.all.map(({ url }) => url);
  }

  /** Ends them all, and removes their files. */
  async remove(): Promise<void> {
    await Promise.all(this.all.map((server) => server.kill()));
    removeFolder(this.folder);
  }
}

/**
 * Waits until three servers keep what has three copies. Servers that begin at one time may take one another for gone, for good (2.10.27: "no
 * suitable peers for placement"): these begin again, one after the other.
 */
export async function untilPlaced(nats: NatsConnection, servers: readonly NatsServer[]): Promise<void> {
  while (!(await eventually('three copies', () => isPlaced(nats), PLACED_MS).catch(() => false)))
    for (const server of servers) {
      await server.stop();
      await server.start();
    }
}

async function isPlaced(nats: NatsConnection): Promise<boolean> {
  try {
    const { streams } = await jetstreamManager(nats);
    await streams.add({ name: PROBE, subjects: [PROBE], num_replicas: 3 });
    return await streams.delete(PROBE);
  } catch {
    return false;
  }
}

/** Whether something answers as a NATS server does: with its INFO. */
function answers(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, address);
    const done = (found: boolean) => () => {
      socket.destroy();
      resolve(found);
    };
    socket.once('data', done(true));
    socket.once('error', done(false));
    socket.once('close', done(false));
  });
}
