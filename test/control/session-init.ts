/** A session init of the built product, as a login would start it: places by XDG variables, any user. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processesWith } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { asUser, type Outcome, Product, run } from './product.ts';

export interface SessionSettings {
  /** Job files by name; they go to `$XDG_CONFIG_HOME/upstart`. */
  jobs?: Record<string, string>;
  uid?: number;
  /** More variables for init; undefined takes one away. */
  env?: Record<string, string | undefined>;
  options?: readonly string[];
  /** The folder that init is started in. */
  cwd?: string;
  /** A shell command that is run before, in the process that becomes init. */
  before?: string;
  /** A session whose product and folders this one shares. */
  beside?: SessionInit;
  /** One beside another is not allowed to have the same folders. */
  refusable?: boolean;
  /** Its session file has more than its pid in its name. */
  renamed?: boolean;
  /** A file that will hold the address, for a session that announces it nowhere. */
  addressFile?: string;
}

export class SessionInit {
  readonly product: Product;
  readonly home: string;
  readonly runtime: string;
  readonly env: Record<string, string>;
  said = '';
  readonly #init: ChildProcess;

  private constructor({
    jobs = {},
    uid,
    env = {},
    options = [],
    beside,
    cwd = '/',
    before,
    refusable,
  }: SessionSettings) {
    this.product = beside?.product ?? new Product('control-session-');
    this.home = beside?.home ?? this.#folder('home', uid);
    this.runtime = beside?.runtime ?? this.#folder('run', uid);
    const conf = this.#folder('home/.config/upstart', uid);
    for (const [name, text] of Object.entries(jobs)) writeFileSync(join(conf, `${name}.conf`), text);
    const given = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: this.home,
      TERM: 'dumb',
      XDG_RUNTIME_DIR: this.runtime,
      UPSTART_NO_SYSTEM_USERCONFDIR: '1',
      XDG_CONFIG_DIRS: this.#folder('xdg'),
      ...env,
    };
    this.env = Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => !!entry[1]));
    // One beside another has the same folders.
    const second = beside && !refusable ? ['--allow-second'] : [];
    const init = [join(this.product.bin, 'init'), '--user', ...second, ...options];
    const line = before === undefined ? init : ['sh', '-c', `${before}\nexec "$@"`, 'sh', ...init];
    const [file = '', ...args] = uid === undefined ? line : asUser(uid, line);
    this.#init = spawn(file, args, { env: this.env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#init.stdout, this.#init.stderr]) {
      stream?.on('data', (data) => {
        this.said += data;
      });
    }
  }

  /** Resolves when it answers. */
  static async start(settings: SessionSettings = {}): Promise<SessionInit> {
    const session = new SessionInit(settings);
    try {
      const { addressFile, renamed } = settings;
      const look = (): string | null => (addressFile ? readAddress(addressFile) : session.#announced(renamed));
      session.env.UPSTART_SESSION = await eventually('the session is announced', look);
      await eventually('init answers', async () => (await session.run('initctl', 'version')).status === 0);
    } catch (error) {
      await session.end();
      if (!settings.beside) session.remove();
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

  /** The path of the control socket. */
  get socket(): string {
    return (this.env.UPSTART_SESSION ?? '').replace('unix:path=', '');
  }

  get sessionFiles(): string {
    return join(this.runtime, 'upstart/sessions');
  }

  run(command: string, ...args: string[]): Promise<Outcome> {
    return run(join(this.product.bin, command), args, this.env);
  }

  /** Asks init to end and waits for that; what is left of the session after that is ended, too. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.ended) {
      this.#init.kill(signal);
      await once(this.#init, 'exit');
    }
    for (const pid of processesWith(`UPSTART_SESSION=${this.env.UPSTART_SESSION}`)) {
      if (pid !== process.pid) process.kill(pid, 'SIGKILL');
    }
  }

  /** Removes the folders, which sessions beside this one share. */
  remove(): void {
    this.product.remove();
  }

  #folder(name: string, uid?: number): string {
    const path = join(this.product.folder, name);
    let made = this.product.folder;
    for (const part of name.split('/')) {
      made = join(made, part);
      if (existsSync(made)) continue;
      mkdirSync(made, { mode: 0o700 });
      if (uid !== undefined) chownSync(made, uid, uid);
    }
    return path;
  }

  #announced(renamed = false): string | null {
    if (this.ended) throw new Error('init has ended');
    const names = existsSync(this.sessionFiles) ? readdirSync(this.sessionFiles) : [];
    const pattern = new RegExp(`^${this.pid}${renamed ? '-\\w+' : ''}\\.session$`);
    const name = names.find((file) => pattern.test(file));
    return name === undefined ? null : readAddress(join(this.sessionFiles, name));
  }
}

function readAddress(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8').replace('UPSTART_SESSION=', '').trim() : null;
}
