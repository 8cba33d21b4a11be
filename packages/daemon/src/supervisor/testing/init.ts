import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { childrenOf, signal } from '../../../../../test/chaos/proc.ts';
import { eventually } from '../../../../../test/eventually.ts';
import { removeFolder } from '../../../../../test/remove-folder.ts';
import { Identities } from '../../identity/identities.ts';
import type { SupervisorAbilities } from '../abilities.ts';
import type { Command, Report, SpawnSpec, SupervisorState } from '../process-messages.ts';
import { Supervisor } from '../supervisor.ts';
import { loggerOf, RELAY } from './compile.ts';

export { eventually };

type ReportOf<T extends Report['type']> = Extract<Report, { type: T }>;

/** Nobody is too slow to tell a user. */
const IDENTITY_PATIENCE_MS = 3_600_000;

/** A program that does nothing, in no special way. */
export const SPEC: SpawnSpec = {
  argv: ['true'],
  env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
  script: null,
  console: 'none',
  logPath: null,
  outputLabel: null,
  traceForks: 0,
  umask: null,
  nice: null,
  oomScore: null,
  limits: [],
  chroot: null,
  chdir: null,
  user: null,
  group: null,
  apparmorProfile: null,
  cgroups: [],
  jobCgroup: null,
  orderable: false,
  debugStop: false,
};

export interface InitOptions {
  env?: Record<string, string>;
  uid?: number;
  /** A command that ends by executing its arguments. */
  through?: string[];
  /** No test reads the output of the supervisor before `listen`. */
  unread?: boolean;
}

/** A running supervisor whose daemons are wires to the test. */
export class Init {
  /** A folder of this supervisor's own, open to everybody. */
  readonly folder = mkdtempSync(join(tmpdir(), 'init-'));
  readonly child: ChildProcess;
  /** The file that the supervisor takes for the daemon's script. */
  readonly script: string;
  /** Its output on standard error. */
  said = '';
  #server: Server;
  #connections: Socket[] = [];
  #waiting: ((socket: Socket) => void)[] = [];

  private constructor(program: string, { env, uid, through, unread }: InitOptions) {
    chmodSync(this.folder, 0o777);
    const address = join(this.folder, 'socket');
    this.script = join(this.folder, 'relay.mjs');
    copyFileSync(RELAY, this.script);
    this.#server = createServer((socket) => {
      const waiter = this.#waiting.shift();
      if (waiter) waiter(socket);
      else this.#connections.push(socket);
    });
    this.#server.listen(address);
    chmodSync(address, 0o777);
    const line = [...(through ?? []), program, 'first', '--user'];
    this.child = spawn(line[0]!, line.slice(1), {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: this.folder,
      env: {
        ...process.env,
        UPSTART_NODE: process.execPath,
        UPSTART_DAEMON: this.script,
        UPSTART_LOGGER: loggerOf(program),
        RELAY_SOCKET: address,
        FAULTS: this.folder,
        ...env,
      },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    if (!unread) this.listen();
  }

  /** Reads the output of the supervisor from now on. */
  listen(): void {
    this.child.stderr!.on('data', (chunk) => {
      this.said += chunk;
    });
  }

  static start(program: string, options: InitOptions = {}): Init {
    const init = new Init(program, options);
    onTestFinished(() => init.#stop());
    return init;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Ends the children of the supervisor until none is left, and then the supervisor. */
  async #stop(): Promise<void> {
    const jobs = () => childrenOf(this.pid).filter((pid) => !/relay|^logger\0/.test(commandLine(pid)));
    await eventually(() => {
      const alive = jobs().filter((pid) => !/ Z /.test(textOf(`/proc/${pid}/stat`)));
      for (const pid of alive) signal(pid, 'SIGKILL');
      return alive.length === 0;
    });
    const loggers = this.#loggers();
    this.child.kill('SIGKILL');
    await this.exit();
    for (const pid of loggers) if (isLogger(pid)) signal(pid, 'SIGKILL');
    await eventually(() => !loggers.some(isLogger));
    this.#server.close();
    for (const socket of this.#connections) socket.destroy();
    removeFolder(this.folder);
  }

  /** Also those that outlive the supervisor: they work in its folder. */
  #loggers(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => isLogger(pid) && linkOf(`/proc/${pid}/cwd`) === this.folder);
  }

  /** The pid of the logger that runs, other than `before`. */
  logger(before?: number): Promise<number> {
    return eventually(() => this.#loggers().find((pid) => pid !== before));
  }

  /** The connection of the next daemon, and that daemon's pid. One that was killed before it could tell that is none. */
  async connection(): Promise<{ socket: Socket; pid: number }> {
    const socket = this.#connections.shift() ?? (await new Promise<Socket>((resolve) => this.#waiting.push(resolve)));
    socket.on('error', () => {});
    for (;;) {
      const pid: Buffer | null = socket.read(4);
      if (pid) return { socket, pid: pid.readUInt32LE() };
      if (socket.readableEnded || socket.destroyed) return this.connection();
      await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
    }
  }

  /** The next daemon, once it has the supervisor's state. */
  async daemon(options: { acknowledge?: boolean; abilities?: SupervisorAbilities } = {}): Promise<Daemon> {
    const { socket, pid } = await this.connection();
    const identities = new Identities({ patienceMs: IDENTITY_PATIENCE_MS });
    const { supervisor, state } = await Supervisor.over(socket, options.abilities, identities);
    return new Daemon(supervisor, state, pid, { acknowledge: true, ...options, identities });
  }

  /** Waits for the end of the supervisor. */
  async exit(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }
}

/** The test's end of a daemon, which remembers all reports. */
export class Daemon {
  readonly reports: Report[] = [];
  #waiting: { matches: (report: Report) => boolean; resolve: (report: Report) => void }[] = [];

  readonly supervisor: Supervisor;
  readonly state: SupervisorState;
  readonly pid: number;
  readonly #identities: Identities;
  #unsent: Command[] = [];
  /** The messages about control groups. */
  readonly said: string[] = [];

  constructor(
    supervisor: Supervisor,
    state: SupervisorState,
    pid: number,
    { acknowledge, identities }: { acknowledge: boolean; identities: Identities },
  ) {
    this.supervisor = supervisor;
    this.state = state;
    this.pid = pid;
    this.#identities = identities;
    supervisor.onSaid((text) => this.said.push(text));
    supervisor.onReports((reports) => {
      this.reports.push(...reports);
      if (acknowledge) supervisor.send([], reports.at(-1)!.seq);
      this.#waiting = this.#waiting.filter(({ matches, resolve }) => {
        const report = reports.find(matches);
        if (report) resolve(report);
        return !report;
      });
    });
  }

  /** In order, each spawn once it is known whom its process runs as: the engine would spawn it again until then. */
  send(...commands: Command[]): void {
    this.#unsent.push(...commands);
    if (this.#unsent.length === commands.length) this.#sendKnown();
  }

  #sendKnown(): void {
    const first = this.#unsent.findIndex(
      (command) => command.type === 'spawn' && !this.#identities.lookUp(command.spec),
    );
    const count = first < 0 ? this.#unsent.length : first;
    this.supervisor.send(this.#unsent.slice(0, count));
    this.#unsent.splice(0, count);
    if (this.#unsent.length > 0) setTimeout(() => this.#sendKnown(), 1);
  }

  /** Has the supervisor re-execute itself, as an older daemon says it: without a number. */
  replace(): void {
    this.send({ type: 'replace', id: 0 });
  }

  spawn(id: number, changes: Partial<SpawnSpec>): void {
    this.send({ type: 'spawn', id, spec: { ...SPEC, ...changes } });
  }

  /** A shell command line. */
  shell(id: number, text: string, changes: Partial<SpawnSpec> = {}): void {
    this.spawn(id, { argv: ['/bin/sh', '-c', text], ...changes });
  }

  /** The first report of this type, on this process, that there is or will be. */
  report<T extends Report['type']>(type: T, process?: number): Promise<ReportOf<T>> {
    const matches = (report: Report) =>
      report.type === type && (process === undefined || ('process' in report && report.process === process));
    const known = this.reports.find(matches);
    if (known) return Promise.resolve(known as ReportOf<T>);
    return new Promise((resolve) =>
      this.#waiting.push({ matches, resolve: (report) => resolve(report as ReportOf<T>) }),
    );
  }

  /** The end of a process that its own parent may reap first. Older kernels then do not say how it has ended. */
  end(process: number): Promise<ReportOf<'exited'> | ReportOf<'vanished'>> {
    return Promise.race([this.report('exited', process), this.report('vanished', process)]);
  }

  /** The types of all reports on a process so far. */
  typesOf(process: number): string[] {
    return this.reports.filter((report) => 'process' in report && report.process === process).map(({ type }) => type);
  }
}

const commandLine = (pid: number) => textOf(`/proc/${pid}/cmdline`);

/** One that has ended has no command line. */
const isLogger = (pid: number) => commandLine(pid).startsWith('logger\0');

/** Where a symbolic link leads, '' when there is none. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** The text of a file, '' when there is none. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
