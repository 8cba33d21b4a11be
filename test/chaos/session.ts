/** A session init of the built product in a folder of its own, and everything that can be done to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '../eventually.ts';
import { Clock } from './clock.ts';
import { childrenOf, commandLineOf, isRunning, processesWith } from './proc.ts';

export const CHECKOUT = process.env.UPSTART_CHECKOUT ?? fileURLToPath(new URL('../../', import.meta.url));
const DIST = join(CHECKOUT, 'dist');
const PROGRAMS = join(CHECKOUT, 'test/chaos/programs');
const CLOCK = join(CHECKOUT, 'test/chaos/clock.c');
/** Milliseconds until something that has to happen counts as not happening: a slow machine may take a while. */
const PATIENCE = 180_000;
export const pause = (milliseconds: number): Promise<void> => setTimeout(milliseconds);

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
  /** How long it took, in milliseconds. */
  took: number;
}

export interface SessionSettings {
  /** Job files by name. `LEDGER` in them stands for the folder of the ledgers, `PROGRAMS` for that of the programs. */
  jobs?: Record<string, string>;
  options?: string[];
  /** The run-time folder, instead of one below the session's own. */
  runtime?: string;
  /** Put before init's command line, as `prlimit --nofile=64`. */
  wrapper?: string[];
}

export class Session {
  readonly folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  readonly conf = join(this.folder, 'conf');
  readonly logs = join(this.folder, 'log');
  readonly ledger = join(this.folder, 'ledger');
  readonly runtime: string;
  readonly env: Record<string, string>;
  /** What the daemons go by. */
  readonly clock = new Clock(this.folder, CLOCK);
  /** What init and its daemons have said. */
  said = '';
  readonly #bin = join(this.folder, 'product/bin');
  readonly #init: ChildProcess;
  readonly #clients = new Set<ChildProcess>();

  private constructor({ jobs = {}, options = [], runtime, wrapper = [] }: SessionSettings) {
    // A copy: a build meanwhile must not change what runs.
    cpSync(DIST, join(this.folder, 'product'), { recursive: true, verbatimSymlinks: true });
    cpSync(PROGRAMS, join(this.folder, 'programs'), { recursive: true });
    this.runtime = runtime ?? join(this.folder, 'run');
    for (const path of [this.conf, this.logs, this.ledger, this.runtime])
      mkdirSync(path, { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(jobs)) this.job(name, text);
    this.env = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: this.folder,
      TERM: 'dumb',
      XDG_RUNTIME_DIR: this.runtime,
      UPSTART_NODE: this.clock.node,
    };
    const line = [
      ...wrapper,
      join(this.#bin, 'init'),
      '--user',
      '--confdir',
      this.conf,
      '--logdir',
      this.logs,
      ...options,
    ];
    this.#init = spawn(line[0] as string, line.slice(1), {
      env: this.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#init.stdout, this.#init.stderr]) stream?.on('data', (data) => this.#hear(String(data)));
  }

  /** Starts init; resolves when it answers. */
  static async start(settings: SessionSettings = {}): Promise<Session> {
    if (!existsSync(join(DIST, 'bin/init'))) throw new Error('there is no built product: npm run build');
    const session = new Session(settings);
    try {
      session.env.UPSTART_SESSION = await eventually('the session is announced', () => session.#announced());
      const { status, stderr } = await session.run('initctl', 'version');
      if (status !== 0) throw new Error(`init does not answer: ${stderr}`);
    } catch (error) {
      await session.kill();
      throw new Error(`${(error as Error).message}\ninit said:\n${session.said}`);
    }
    return session;
  }

  get pid(): number {
    return this.#init.pid as number;
  }

  get ended(): boolean {
    return this.#init.exitCode !== null || this.#init.signalCode !== null;
  }

  /** Where the daemon keeps its state. */
  get stateFolder(): string {
    return join(this.runtime, 'upstart', `init-${this.pid}`, 'state');
  }

  /** Writes a job file, whole at once. */
  job(name: string, text: string): void {
    const path = join(this.conf, `${name}.conf`);
    const folders = { LEDGER: this.ledger, PROGRAMS: join(this.folder, 'programs') };
    writeFileSync(
      `${path}.new`,
      text.replace(/LEDGER|PROGRAMS/g, (word) => folders[word as keyof typeof folders]),
    );
    renameSync(`${path}.new`, path);
  }

  removeJob(name: string): void {
    rmSync(join(this.conf, `${name}.conf`), { force: true });
  }

  /** The running daemon; null while there is none. */
  daemon(): number | null {
    return childrenOf(this.pid).find((pid) => commandLineOf(pid).includes('daemon.js')) ?? null;
  }

  /** The running logger; null while there is none. */
  logger(): number | null {
    return childrenOf(this.pid).find((pid) => commandLineOf(pid).startsWith('logger')) ?? null;
  }

  /** A command of the product, as a user calls it. */
  run(command: string, ...args: string[]): Promise<Outcome> {
    const began = performance.now();
    const client = spawn(join(this.#bin, command), args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#clients.add(client);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      client[name].on('data', (data) => {
        said[name] += data;
      });
    }
    return new Promise((resolve, reject) => {
      client.on('error', reject);
      client.on('close', (status) => {
        this.#clients.delete(client);
        resolve({ status, ...said, took: performance.now() - began });
      });
    });
  }

  /** The pids that a program has noted, in order: of its starts or its ends. */
  noted(name: string, kind: 'starts' | 'ends'): number[] {
    return readText(join(this.ledger, `${name}.${kind}`))
      .split('\n')
      .filter(Boolean)
      .map(Number);
  }

  /** How many lines a process of `logger.pl` has written for certain; it may have written one more. */
  linesWritten(name: string, pid: number): number {
    return Number(readText(join(this.ledger, `${name}.${pid}.lines`)).trim() || 0);
  }

  /** The lines of a job's log. */
  log(name: string): string[] {
    return readText(join(this.logs, `${name}.log`))
      .split('\r\n')
      .slice(0, -1);
  }

  /** Those processes that a program has noted and that still run. */
  running(name: string): number[] {
    return this.noted(name, 'starts').filter((pid) => isRunning(pid) && commandLineOf(pid).includes(this.folder));
  }

  /** Puts the program of init in its place anew, as an installation does. */
  installAgain(): void {
    const program = join(this.#bin, 'init');
    cpSync(program, `${program}.new`);
    renameSync(`${program}.new`, program);
  }

  /** Asks init to end; returns its exit status. */
  async end(): Promise<number | null> {
    if (!this.ended) {
      this.#init.kill('SIGTERM');
      await Promise.race([once(this.#init, 'exit'), setTimeout(PATIENCE, null, { ref: false })]);
    }
    const status = this.ended ? this.#init.exitCode : null;
    await this.kill();
    return status;
  }

  /** Processes of this session, init and daemon among them. */
  processes(): number[] {
    return processesWith(`HOME=${this.folder}`);
  }

  /** Ends everything that is left, at once, and removes the folders. */
  async kill(): Promise<void> {
    for (const client of this.#clients) client.kill('SIGKILL');
    if (!this.ended) this.#init.kill('SIGKILL');
    await eventually('all processes of the session have ended', () => {
      const left = this.processes();
      for (const pid of left) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended meanwhile.
        }
      }
      return left.length === 0;
    });
    rmSync(this.folder, { recursive: true, force: true });
  }

  #hear(text: string): void {
    this.said += text;
  }

  #announced(): string | null {
    if (this.ended) throw new Error('init has ended');
    const folder = join(this.runtime, 'upstart/sessions');
    const name = existsSync(folder) ? readdirSync(folder).find((file) => file === `${this.pid}.session`) : undefined;
    return name === undefined ? null : readText(join(folder, name)).replace('UPSTART_SESSION=', '').trim();
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
