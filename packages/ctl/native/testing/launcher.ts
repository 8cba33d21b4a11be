/** The launcher, compiled and installed beside a stand-in for ctl.cjs, and how the tests start it. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeDaemon } from './fake-daemon.ts';

const NATIVE = join(import.meta.dirname, '..');
const SUPERVISOR = join(NATIVE, '../../supervisor');
const SOURCES = [
  ...readdirSync(NATIVE)
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(NATIVE, name)),
  join(SUPERVISOR, 'loop/place.c'),
];
const STRICT = [`-I${SUPERVISOR}`, '-std=gnu11', '-D_GNU_SOURCE=', '-Wall', '-Wextra', '-Werror'];
export const SANITIZED = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
/** As it is installed. */
export const STATIC = ['-O2', '-static'];

/** The output of the stand-in for ctl.cjs: how it was called. */
const FAKE_CTL = `
const { NODE_OPTIONS = null, UPSTART_SESSION = null } = process.env;
console.log(JSON.stringify([process.argv.slice(2), NODE_OPTIONS, UPSTART_SESSION]));
process.exitCode = 9;`;

/** An installation with nothing in it but launchers and the stand-in for ctl.cjs. */
export class Installation {
  readonly root = mkdtempSync(join(tmpdir(), 'upstart-launcher-'));

  constructor() {
    mkdirSync(join(this.root, 'bin'));
    mkdirSync(join(this.root, 'lib', 'upstart'), { recursive: true });
    writeFileSync(join(this.root, 'lib', 'upstart', 'ctl.cjs'), FAKE_CTL);
  }

  /** The path of a launcher that is compiled with these flags. */
  compile(name: string, flags: string[]): string {
    const program = join(this.root, 'bin', name);
    execFileSync('cc', [...STRICT, ...flags, ...SOURCES, '-o', program]);
    return program;
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

/** The folder of the sockets of the system's init, in which a daemon listens. */
export class SocketFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'upstart-launch-'));
  readonly daemon = new FakeDaemon();

  static async withDaemon(): Promise<SocketFolder> {
    const folder = new SocketFolder();
    await folder.daemon.listen(join(folder.path, 'control.sock'));
    return folder;
  }

  async remove(): Promise<void> {
    await this.daemon.stop();
    rmSync(this.path, { recursive: true });
  }
}

interface Launched {
  status: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface Launch {
  program?: string;
  args?: string[];
  env?: Record<string, string>;
  argv0?: string;
  uid?: number;
}

/** Starts `program` in the folder, whose sockets it takes for those of the system. */
export function startLauncher(program: string, folder: string, { args = [], env = {}, argv0, uid }: Launch = {}) {
  const child = spawn(program, args, {
    cwd: folder,
    env: { UPSTART_SYSTEM_SOCKET_DIR: folder, UPSTART_NODE: process.execPath, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(argv0 === undefined ? {} : { argv0 }),
    ...(uid === undefined ? {} : { uid }),
  });
  const result: Launched = { status: null, signal: null, out: '', err: '' };
  child.stdout.on('data', (data) => {
    result.out += data;
  });
  child.stderr.on('data', (data) => {
    result.err += data;
  });
  const ended = new Promise<Launched>((resolve) =>
    child.on('close', (status, signal) => resolve({ ...result, status, signal })),
  );
  return { child, result, ended };
}
