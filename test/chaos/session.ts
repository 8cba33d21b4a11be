/** A session init of the built product in a folder of its own, and everything that can be done to it. */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { indexPathOf, LogIndex, type Stamp } from '../../packages/common/src/log-index.ts';
import { removeFolder } from '../remove-folder.ts';
import { InitSession } from '../session/init-session.ts';
import { Product, ROOT } from '../session/product.ts';
import { Clock } from './clock.ts';
import { childrenOf, commandLineOf, isRunning, killAll, processesWith } from './proc.ts';

const PROGRAMS = join(ROOT, 'test/chaos/programs');
const CLOCK = join(ROOT, 'test/chaos/clock.c');
/** Milliseconds until something that has to happen counts as not happening: a slow machine may take a while. */
const PATIENCE = 180_000;
export const pause = (milliseconds: number): Promise<void> => setTimeout(milliseconds);

export interface SessionSettings {
  /**
   * Job files by name. `LEDGER` in them stands for the folder of the ledgers, `PROGRAMS` for that of the programs, `LOOPBACK` for an
   * address that no other session has.
   */
  jobs?: Record<string, string>;
  options?: string[];
  /** The run-time folder, instead of one below the session's own. */
  runtime?: string;
  /** Put before init's command line, as `prlimit --nofile=64`. */
  wrapper?: string[];
}

let sessions = 0;

/** All of 127/8 is this machine. The pid keeps the sessions of other processes apart. */
function nextLoopback(): string {
  sessions++;
  return `127.${(process.pid >> 8) & 255}.${process.pid & 255}.${(sessions % 250) + 2}`;
}

export class Session extends InitSession {
  readonly folder: string;
  readonly conf: string;
  readonly logs: string;
  readonly ledger: string;
  readonly runtime: string;
  /** An address of this machine that no other session has. */
  readonly loopback: string;
  /** The clock of the daemons. */
  readonly clock: Clock;

  private constructor({ jobs = {}, options = [], runtime, wrapper = [] }: SessionSettings) {
    const product = new Product('chaos-');
    const { folder } = product;
    const clock = new Clock(folder, CLOCK);
    cpSync(PROGRAMS, join(folder, 'programs'), { recursive: true });
    const loopback = nextLoopback();
    const places = {
      ...{ conf: join(folder, 'conf'), logs: join(folder, 'log'), ledger: join(folder, 'ledger') },
      runtime: runtime ?? join(folder, 'run'),
    };
    for (const path of Object.values(places)) mkdirSync(path, { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(jobs)) writeJob({ ...places, loopback }, folder, name, text);
    super({
      ...{ product, detached: true },
      env: {
        PATH: process.env.PATH ?? '/usr/bin:/bin',
        HOME: folder,
        TERM: 'dumb',
        XDG_RUNTIME_DIR: places.runtime,
        UPSTART_NODE: clock.node,
      },
      words: [
        ...wrapper,
        join(product.bin, 'init'),
        ...['--user', '--confdir', places.conf, '--logdir', places.logs, ...options],
      ],
    });
    this.folder = folder;
    this.clock = clock;
    this.loopback = loopback;
    this.conf = places.conf;
    this.logs = places.logs;
    this.ledger = places.ledger;
    this.runtime = places.runtime;
  }

  /** Starts init; resolves when it answers. */
  static async start(settings: SessionSettings = {}): Promise<Session> {
    const session = new Session(settings);
    const files = join(session.runtime, 'upstart/sessions');
    const pattern = new RegExp(`^${session.pid}\\.session$`);
    await session.answers(
      () => session.announced(files, pattern),
      () => session.kill(),
    );
    return session;
  }

  /** Where the daemon keeps its state. */
  get stateFolder(): string {
    return join(this.runtime, 'upstart', `init-${this.pid}`, 'state');
  }

  /** Writes a job file, whole at once. */
  job(name: string, text: string): void {
    writeJob(this, this.folder, name, text);
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

  /** The running log shipper; null while there is none. */
  logShipper(): number | null {
    return childrenOf(this.pid).find((pid) => commandLineOf(pid).includes('log-shipper.js')) ?? null;
  }

  /** The pids that a program has noted, in order: of its starts, of those that became ready, or of its ends. */
  noted(name: string, kind: 'starts' | 'ready' | 'ends'): number[] {
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

  /** The stamps of a job's log. */
  stamps(name: string): Stamp[] {
    const path = join(this.logs, `${name}.log`);
    const index = LogIndex.open(indexPathOf(path, statSync(path).ino));
    const stamps = Array.from({ length: index?.count ?? 0 }, (_, at) => (index as LogIndex).stamp(at));
    index?.close();
    return stamps;
  }

  /** Those processes that a program has noted and that still run. */
  running(name: string): number[] {
    return this.noted(name, 'starts').filter((pid) => isRunning(pid) && commandLineOf(pid).includes(this.folder));
  }

  /** Replaces the program of init, as an installation does. */
  installAgain(): void {
    const program = join(this.product.bin, 'init');
    cpSync(program, `${program}.new`);
    renameSync(`${program}.new`, program);
  }

  /** Asks init to end; returns its exit status. */
  async end(): Promise<number | null> {
    await Promise.race([this.exit('SIGTERM'), setTimeout(PATIENCE, null, { ref: false })]);
    const { status } = this;
    await this.kill();
    return status;
  }

  /** Processes of this session, init and daemon among them. */
  processes(): number[] {
    return processesWith(`HOME=${this.folder}`);
  }

  /** Those that belong to one of its jobs. */
  processesOf(job: string): number[] {
    const own = new Set(this.processes());
    return processesWith(`UPSTART_JOB=${job}`).filter((pid) => own.has(pid));
  }

  /** Ends everything that is left, at once, and removes the folders. */
  async kill(): Promise<void> {
    this.killClients();
    await this.exit('SIGKILL');
    await killAll(() => this.processes());
    removeFolder(this.folder);
  }
}

/** `LEDGER` and `PROGRAMS` in the text become the folders, and `LOOPBACK` the address. */
function writeJob(
  { conf, ledger, loopback }: Pick<Session, 'conf' | 'ledger' | 'loopback'>,
  folder: string,
  name: string,
  text: string,
): void {
  const path = join(conf, `${name}.conf`);
  const meant = { LEDGER: ledger, PROGRAMS: join(folder, 'programs'), LOOPBACK: loopback };
  writeFileSync(
    `${path}.new`,
    text.replace(/LEDGER|PROGRAMS|LOOPBACK/g, (word) => meant[word as keyof typeof meant]),
  );
  renameSync(`${path}.new`, path);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
