/** The product as PID 1 of namespaces of its own, by the adapter of the conformance cases, which knows how that is done. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, Product, ROOT, run } from '../session/product.ts';

const ADAPTER = join(ROOT, 'conformance/adapter');

export class SystemInit {
  readonly product = new Product('control-system-');
  readonly #env: NodeJS.ProcessEnv;
  readonly #runner: ChildProcess;
  #said = '';
  #scripts = 0;

  private constructor(jobs: Record<string, string>, options: readonly string[]) {
    const files = Object.fromEntries(Object.entries(jobs).map(([name, text]) => [`${name}.conf`, text]));
    this.product.place('conf', files);
    for (const name of ['log', 'run', 'home']) this.product.place(name);
    this.#env = { ...process.env, CONFORMANCE_BIN: this.product.bin };
    const line = ['run', this.product.folder, 'system', ...options];
    this.#runner = spawn(ADAPTER, line, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#runner.stdout, this.#runner.stderr]) {
      stream?.on('data', (data) => {
        this.#said += data;
      });
    }
  }

  /** Resolves when it answers. */
  static async start(jobs: Record<string, string>, options: readonly string[] = []): Promise<SystemInit> {
    const init = new SystemInit(jobs, options);
    const { status, stderr } = await init.#adapter('ready');
    if (status === 0) return init;
    await init.stop();
    throw new Error(`${stderr}\ninit said:\n${init.#said}`);
  }

  /** Runs a bash script inside, as root. */
  shell(script: string): Promise<Outcome> {
    const path = join(this.product.folder, `script-${this.#scripts++}`);
    writeFileSync(path, script);
    return this.#adapter('shell', path);
  }

  /** What init, its console and its commands have written so far. */
  get said(): string {
    return this.#said;
  }

  async stop(): Promise<void> {
    await this.#adapter('stop');
    this.#runner.kill('SIGKILL');
    this.product.remove();
  }

  #adapter(call: string, ...more: string[]): Promise<Outcome> {
    return run(ADAPTER, [call, this.product.folder, 'system', ...more], this.#env);
  }
}
