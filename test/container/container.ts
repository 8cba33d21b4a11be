/** A container without an engine of containers: see container.sh. Needs root. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { removeFolder } from '../remove-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = join(ROOT, 'dist/bin');

/** The line that init prints when it answers. */
const PROMPT = /^init \(upstart/;

export interface ContainerOptions {
  /** Job files, by name. */
  jobs: Record<string, string>;
  /** Options of init, after --container. */
  options?: string[];
  /** `read-only`, `user`, or both. */
  kind?: string;
  /** A command that ends by executing its arguments: the first process, when init is to be another one. */
  through?: string[];
}

export class Container {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'container-')));
  readonly child: ChildProcess;
  readonly #ended: Promise<number | null>;
  /** The output. */
  out = '';
  err = '';

  constructor({ jobs, options = [], kind = '', through = [] }: ContainerOptions) {
    for (const name of ['conf', 'run']) mkdirSync(join(this.folder, name));
    for (const [name, text] of Object.entries(jobs)) {
      mkdirSync(dirname(join(this.folder, 'conf', name)), { recursive: true });
      writeFileSync(join(this.folder, 'conf', `${name}.conf`), text);
    }
    const script = join(ROOT, 'test/container/container.sh');
    const command = [...through, join(BIN, 'init'), '--container', ...options];
    this.child = spawn(
      'unshare',
      ['--mount', '--propagation', 'private', 'bash', script, BIN, this.folder, ...command],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, KIND: kind } },
    );
    this.child.stdout?.on('data', (chunk) => {
      this.out += chunk;
    });
    this.child.stderr?.on('data', (chunk) => {
      this.err += chunk;
    });
    this.#ended = once(this.child, 'close').then(([status]) => status);
    onTestFinished(() => this.#remove());
  }

  async #remove(): Promise<void> {
    this.child.stdout?.resume();
    // The first process dies with its parent outside.
    this.child.kill('SIGKILL');
    await this.#ended;
    removeFolder(this.folder);
  }

  /** The pid that the world outside knows init by. */
  get pid(): number {
    return Number(readFileSync(join(this.folder, 'run/init.pid'), 'utf8'));
  }

  signal(signal: NodeJS.Signals | number): void {
    process.kill(this.pid, signal);
  }

  /** The status that the container ends with. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Runs a shell command inside, as `docker exec` does; returns its output. */
  exec(text: string): string {
    const enter = ['--target', `${this.pid}`, '--mount', '--uts', '--ipc', '--net', '--pid', '--wdns=/'];
    const path = `${BIN}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
    const { stdout, stderr } = spawnSync('nsenter', [...enter, 'env', '-i', `PATH=${path}`, 'sh', '-c', text]);
    return `${stdout}${stderr}`;
  }

  /** Waits until init answers. */
  async ready(): Promise<this> {
    await eventually(() => {
      if (this.child.exitCode !== null) throw new Error(`the container has ended: ${this.out}${this.err}`);
      try {
        return PROMPT.test(this.exec('initctl version'));
      } catch {
        return false;
      }
    });
    return this;
  }

  /** Waits until this has been printed. */
  async printed(text: string | RegExp): Promise<void> {
    await eventually(() => (typeof text === 'string' ? this.out.includes(text) : text.test(this.out)));
  }
}
