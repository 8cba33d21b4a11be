/** A session init of the built product, as a login would start it: places by XDG variables, any user. */
import { chownSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dbusAddress } from '../../packages/protocol/src/index.ts';
import { killAll, processesWith } from '../chaos/proc.ts';
import { InitSession, readAddress } from '../session/init-session.ts';
import { asUser, Product } from '../session/product.ts';

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
  /** A command that becomes the one behind it: it has init in other namespaces. */
  within?: readonly string[];
  /** Called with the product before init starts. */
  prepare?: (product: Product) => void;
  /** A session with the same product and folders. */
  beside?: SessionInit;
  /** One beside another is not allowed to have the same folders. */
  refusable?: boolean;
  /** Its session file has more than its pid in its name. */
  renamed?: boolean;
  /** A file that will hold the address, for a session that announces it nowhere. */
  addressFile?: string;
}

export class SessionInit extends InitSession {
  readonly home: string;
  readonly runtime: string;
  readonly #uid: number;

  private constructor(settings: SessionSettings) {
    const {
      jobs = {},
      uid,
      env = {},
      options = [],
      beside,
      cwd = '/',
      before,
      within = [],
      prepare,
      refusable,
    } = settings;
    const product = beside?.product ?? new Product('control-session-');
    prepare?.(product);
    const home = beside?.home ?? folderIn(product, 'home', uid);
    const runtime = beside?.runtime ?? folderIn(product, 'run', uid);
    const conf = folderIn(product, 'home/.config/upstart', uid);
    for (const [name, text] of Object.entries(jobs)) writeFileSync(join(conf, `${name}.conf`), text);
    const given = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: home,
      TERM: 'dumb',
      XDG_RUNTIME_DIR: runtime,
      UPSTART_NO_SYSTEM_USERCONFDIR: '1',
      XDG_CONFIG_DIRS: folderIn(product, 'xdg'),
      ...env,
    };
    // One beside another has the same folders.
    const second = beside && !refusable ? ['--allow-second'] : [];
    const init = [...within, join(product.bin, 'init'), '--user', ...second, ...options];
    const line = before === undefined ? init : ['sh', '-c', `${before}\nexec "$@"`, 'sh', ...init];
    super({
      ...{ product, cwd, words: uid === undefined ? line : asUser(uid, line) },
      env: Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => !!entry[1])),
    });
    this.home = home;
    this.runtime = runtime;
    this.#uid = uid ?? process.getuid?.() ?? 0;
  }

  /** Resolves when it answers. */
  static async start(settings: SessionSettings = {}): Promise<SessionInit> {
    const session = new SessionInit(settings);
    const { addressFile, renamed, beside } = settings;
    const pattern = new RegExp(`^${session.pid}${renamed ? '-\\w+' : ''}\\.session$`);
    const look = (): string | null =>
      addressFile ? readAddress(addressFile) : session.announced(session.sessionFiles, pattern);
    await session.answers(look, async () => {
      await session.end();
      if (!beside) session.remove();
    });
    return session;
  }

  /** Its address, as its jobs have it; the session file has the path of the control socket. */
  get address(): string {
    return dbusAddress(this.#uid, this.pid);
  }

  get sessionFiles(): string {
    return join(this.runtime, 'upstart/sessions');
  }

  /** Writes a job file whole at once: init may otherwise read, and start, what there is of it before its text. */
  job(name: string, text: string): void {
    const written = join(this.home, `${name.replaceAll('/', '-')}.new`);
    writeFileSync(written, text);
    renameSync(written, join(this.home, `.config/upstart/${name}.conf`));
  }

  /** Asks init to end and waits for it; ends the rest of the session, too. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.exit(signal);
    await killAll(() => processesWith(`UPSTART_SESSION=${this.address}`).filter((pid) => pid !== process.pid));
  }

  /** Removes the folders, which sessions beside this one share. */
  remove(): void {
    this.product.remove();
  }
}

/** Makes a folder of the product, for one user only. */
function folderIn(product: Product, name: string, uid?: number): string {
  let made = product.folder;
  for (const part of name.split('/')) {
    made = join(made, part);
    if (existsSync(made)) continue;
    mkdirSync(made, { mode: 0o700 });
    if (uid !== undefined) chownSync(made, uid, uid);
  }
  return made;
}
