/** Debian's sshd on loopback, with keys and a configuration of its own, for the user of the tests. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { childrenOf, signal } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { missingPrograms } from '../programs.ts';

const SSHD = '/usr/sbin/sshd';
/** Where sshd of root separates its privileges; the package makes it. */
const PRIVATE = '/run/sshd';

/** Why there is none here; null: there can be. */
export function whyNoSshd(): string | null {
  const missing = missingPrograms([SSHD, 'ssh', 'ssh-keygen']);
  if (missing.length > 0) return `${missing[0]} is missing`;
  return process.getuid?.() === 0 && !existsSync(PRIVATE) ? `${PRIVATE} is missing` : null;
}

export class Sshd {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #port: number;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    mkdirSync(folder, { mode: 0o700 });
    for (const name of ['host', 'user'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    copyFileSync(join(folder, 'user.pub'), join(folder, 'authorized'));
    const config = {
      ...{ Port: port, ListenAddress: '127.0.0.1', PidFile: 'none', HostKey: join(folder, 'host') },
      ...{ AuthorizedKeysFile: join(folder, 'authorized'), StrictModes: 'no', UsePAM: 'no', PrintMotd: 'no' },
      ...{ PasswordAuthentication: 'no', PermitRootLogin: 'prohibit-password' },
    };
    const lines = Object.entries(config).map(([name, value]) => `${name} ${value}\n`);
    writeFileSync(join(folder, 'config'), lines.join(''));
    this.#child = spawn(SSHD, ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  /** Resolves when it listens. */
  static async start(folder: string): Promise<Sshd> {
    const sshd = new Sshd(folder, await freePort());
    let said = '';
    sshd.#child.stderr?.on('data', (data) => {
      said += data;
    });
    await eventually('sshd listens', () => {
      if (sshd.#child.exitCode !== null) throw new Error(`sshd has ended: ${said}`);
      return said.includes('Server listening');
    });
    return sshd;
  }

  /** A line for a shell that runs a command there, on a terminal. */
  line(command: string): string {
    const options = [`UserKnownHostsFile=${this.#folder}/known`, 'StrictHostKeyChecking=no', 'LogLevel=ERROR'];
    const words = ['-F', 'none', '-tt', '-p', this.#port, '-i', join(this.#folder, 'user')];
    const given = options.flatMap((option) => ['-o', option]);
    return `ssh ${[...words, ...given, `${userInfo().username}@127.0.0.1`].join(' ')} '${command}'`;
  }

  /** Its processes that serve connections. */
  get connections(): number[] {
    return childrenOf(this.#child.pid as number);
  }

  end(): void {
    for (const pid of this.connections) signal(pid, 'SIGKILL');
    this.#child.kill('SIGKILL');
  }
}
