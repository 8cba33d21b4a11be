/** A session init of the built product, for all tests that run one. It can be started, called and ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { controlSocket } from '../../packages/protocol/src/index.ts';
import { eventually } from '../eventually.ts';
import { type Outcome, outcomeOf, type Product } from './product.ts';

export interface InitLine {
  readonly product: Product;
  /** The command line. */
  readonly words: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd?: string;
  /** In a group of its own, so that signals of a terminal do not reach it. */
  readonly detached?: boolean;
}

export class InitSession {
  readonly product: Product;
  /** That of init, and with UPSTART_SESSION that of its clients. */
  readonly env: Record<string, string>;
  /** The output of init and its daemons. */
  said = '';
  readonly #init: ChildProcess;
  readonly #clients = new Set<ChildProcess>();

  constructor({ product, words, env, cwd = '/', detached = false }: InitLine) {
    this.product = product;
    this.env = env;
    const [file = '', ...args] = words;
    this.#init = spawn(file, args, { env, cwd, detached, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#init.stdout, this.#init.stderr]) {
      stream?.on('data', (data) => {
        this.said += data;
      });
    }
  }

  /** Resolves when init answers; `look` finds its address. If it does not, `cleanUp` is called, and the error quotes the output of init. */
  async answers(look: () => string | null, cleanUp: () => Promise<void>): Promise<void> {
    try {
      this.env.UPSTART_SESSION = await eventually('the session is announced', look);
      await eventually('init answers', async () => (await this.run('initctl', 'version')).status === 0);
    } catch (error) {
      await cleanUp();
      throw new Error(`${(error as Error).message}\ninit said:\n${this.said}`);
    }
  }

  get pid(): number {
    return this.#init.pid as number;
  }

  get ended(): boolean {
    return this.#init.exitCode !== null || this.#init.signalCode !== null;
  }

  /** Its exit status; null while it runs, or after a signal. */
  get status(): number | null {
    return this.#init.exitCode;
  }

  /** The path of the control socket. */
  get socket(): string {
    return controlSocket('user', this.env);
  }

  /** Resolves when init has said this so many times: its output comes through pipes, which may lag behind the answer of a command. */
  async hears(text: string | RegExp, times = 1): Promise<void> {
    const count = (): number =>
      typeof text === 'string'
        ? this.said.split(text).length - 1
        : [...this.said.matchAll(new RegExp(text, 'gm'))].length;
    await eventually(`init says ${text}`, () => count() >= times);
  }

  /** A command of the product, as a user calls it. */
  run(command: string, ...args: string[]): Promise<Outcome> {
    return this.call(join(this.product.bin, command), ...args);
  }

  /** Any program, in the environment of the session's clients. */
  async call(program: string, ...args: string[]): Promise<Outcome> {
    const client = spawn(program, args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#clients.add(client);
    try {
      return await outcomeOf(client);
    } finally {
      this.#clients.delete(client);
    }
  }

  /** Sends init a signal, if it runs; resolves when it has ended. */
  async exit(signal: NodeJS.Signals): Promise<void> {
    if (this.ended) return;
    const ended = once(this.#init, 'exit');
    this.#init.kill(signal);
    await ended;
  }

  /** Ends the commands that are in progress. */
  killClients(): void {
    for (const client of this.#clients) client.kill('SIGKILL');
  }

  /** The address in the session file whose name fits, in a folder of session files; throws once init has ended. */
  announced(folder: string, pattern: RegExp): string | null {
    if (this.ended) throw new Error('init has ended');
    const name = existsSync(folder) ? readdirSync(folder).find((file) => pattern.test(file)) : undefined;
    return name === undefined ? null : readAddress(join(folder, name));
  }
}

export function readAddress(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8').replace('UPSTART_SESSION=', '').trim() : null;
}
