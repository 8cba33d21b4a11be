/** Stand-ins for sessions, for tests: a process that is called init, a socket without a listener, and the files that announce them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTROL_SOCKET, dbusAddress, formatAddress } from '../address.ts';
import { initIdentity, writeOwner } from '../run-folder.ts';
import type { Session } from '../sessions.ts';

export interface TestSession extends Session {
  readonly folder: string;
}

export class TestSessions {
  readonly folder = mkdtempSync(join(tmpdir(), 'ses.'));
  /** Told nothing but where sessions are. */
  readonly env = { XDG_RUNTIME_DIR: join(this.folder, 'run'), TMPDIR: join(this.folder, 'tmp') };
  readonly #processes: ChildProcess[] = [];
  readonly #servers: Server[] = [];

  constructor() {
    for (const path of [join(this.env.XDG_RUNTIME_DIR, 'upstart/sessions'), this.env.TMPDIR]) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    }
  }

  /** An announced session; `name` is that of its init, and `env` its environment. */
  async announced(name = 'init', env: NodeJS.ProcessEnv = process.env): Promise<TestSession> {
    const pid = await this.process(name, env);
    const session = await this.#listen(pid, join(this.env.XDG_RUNTIME_DIR, `upstart/init-${pid}`));
    this.announce(`${pid}.session`, formatAddress(join(session.folder, CONTROL_SOCKET)));
    return session;
  }

  /** A session that has no run-time folder of the user; `more` ends the name of its folder. */
  async temporary(more = '-abc123'): Promise<TestSession> {
    const pid = await this.process('init');
    return this.#listen(pid, join(this.env.TMPDIR, `upstart-${process.geteuid?.()}-${pid}${more}`));
  }

  announce(name: string, address: string): void {
    writeFileSync(join(this.env.XDG_RUNTIME_DIR, 'upstart/sessions', name), `UPSTART_SESSION=${address}\n`);
  }

  /** A process that /proc calls so. */
  async process(name: string, env: NodeJS.ProcessEnv = process.env): Promise<number> {
    const program = join(this.folder, name);
    if (!existsSync(program)) copyFileSync('/bin/sleep', program);
    const child = spawn(program, ['1000'], { stdio: 'ignore', env });
    this.#processes.push(child);
    await once(child, 'spawn');
    return child.pid as number;
  }

  /** Ends the process of a session, or any other. */
  async end(pid: number): Promise<void> {
    const child = this.#processes.find((process) => process.pid === pid);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close();
    for (const { pid } of this.#processes) await this.end(pid as number);
    rmSync(this.folder, { recursive: true });
  }

  async #listen(pid: number, directory: string): Promise<TestSession> {
    mkdirSync(directory, { mode: 0o700 });
    const address = dbusAddress(process.geteuid?.() ?? 0, pid);
    writeOwner(directory, initIdentity(pid), { sources: ['/conf'], logDir: '/log', sessionAddress: address });
    const path = join(directory, CONTROL_SOCKET);
    const server = createServer();
    this.#servers.push(server);
    server.listen(path);
    await once(server, 'listening');
    return { pid, address, folder: directory };
  }
}
