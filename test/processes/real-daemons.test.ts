/**
 * Daemons of the distribution under the `expect` that fits them: the job follows the process that the daemon itself takes to be
 * its main one, stop ends it, and after a kill -9 the next one is followed. Ports are on 127.0.0.1; what a daemon would touch of
 * this machine is covered by empty file systems in a mount namespace of init's own.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandLineOf, isRunning } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';

const COVER = [
  'for place in /run /var/spool /var/log /var/lib/redis /etc/cron.d; do [ ! -d $place ] || mount -t tmpfs tmpfs $place; done',
  '[ ! -e /etc/crontab ] || mount --bind /dev/null /etc/crontab',
  'mkdir -p /run/sshd /var/spool/cron/crontabs',
  'install -d -o daemon -g daemon -m 1770 /var/spool/cron/atjobs /var/spool/cron/atspool',
  'exec "$@"',
].join('\n');
const PRIVATE = ['unshare', '-m', '/bin/sh', '-c', COVER, 'sh'];

interface Place {
  folder: string;
  port: number;
}

interface Daemon {
  program: string;
  expect: 'none' | 'fork' | 'daemon';
  /** Files that it needs, by name. */
  files?(place: Place): Record<string, string>;
  /** The lines of the job that run it. */
  run(place: Place): string;
  /** The file in which it says its pid. */
  pidFile(place: Place): string;
  /** Others than the main process outlive it when that is killed. */
  orphans?: boolean;
}

const nginx = ({ folder, port }: Place) => ({
  'nginx.conf': `
    pid ${folder}/pid; error_log ${folder}/error; worker_processes 2;
    events {}
    http {
      access_log off;
      client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
      uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      server { listen 127.0.0.1:${port} reuseport; }
    }`,
});
const inFolder = ({ folder }: Place) => `${folder}/pid`;

const DAEMONS: Record<string, Daemon> = {
  'nginx in the foreground': {
    program: '/usr/sbin/nginx',
    expect: 'none',
    files: nginx,
    run: ({ folder }) => `exec nginx -c ${folder}/nginx.conf -g 'daemon off;'`,
    pidFile: inFolder,
    orphans: true,
  },
  'nginx, which forks once': {
    program: '/usr/sbin/nginx',
    expect: 'fork',
    files: nginx,
    run: ({ folder }) => `exec nginx -c ${folder}/nginx.conf`,
    pidFile: inFolder,
    orphans: true,
  },
  'nginx, put into the background by a shell: one fork and an exec': {
    program: '/usr/sbin/nginx',
    expect: 'daemon',
    files: nginx,
    run: ({ folder }) => `script\n  nginx -c ${folder}/nginx.conf -g 'daemon off;' &\nend script`,
    pidFile: inFolder,
    orphans: true,
  },
  'redis, daemonize yes': {
    program: '/usr/bin/redis-server',
    expect: 'fork',
    files: ({ folder, port }) => ({
      'redis.conf': `bind 127.0.0.1\nport ${port}\ndaemonize yes\ndir ${folder}\npidfile ${folder}/pid\nsave ""\n`,
    }),
    run: ({ folder }) => `exec redis-server ${folder}/redis.conf`,
    pidFile: inFolder,
  },
  sshd: {
    program: '/usr/sbin/sshd',
    expect: 'fork',
    files: ({ folder, port }) => ({
      'sshd.conf': `ListenAddress 127.0.0.1\nPort ${port}\nPidFile ${folder}/pid\nHostKey ${folder}/key\nUsePAM no\n`,
    }),
    run: ({ folder }) => `exec /usr/sbin/sshd -f ${folder}/sshd.conf`,
    pidFile: inFolder,
  },
  cron: { program: '/usr/sbin/cron', expect: 'fork', run: () => 'exec cron', pidFile: () => '/run/crond.pid' },
  atd: { program: '/usr/sbin/atd', expect: 'fork', run: () => 'exec atd', pidFile: () => '/run/atd.pid' },
  rsyslogd: {
    program: '/usr/sbin/rsyslogd',
    expect: 'fork',
    files: ({ folder }) => ({
      'rsyslog.conf': `
        module(load="imuxsock" SysSock.Use="off")
        input(type="imuxsock" Socket="${folder}/socket")
        *.* action(type="omfile" file="${folder}/messages")
      `,
    }),
    run: ({ folder }) => `exec rsyslogd -f ${folder}/rsyslog.conf -i ${folder}/pid`,
    pidFile: inFolder,
  },
};

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Why the daemon cannot be looked at here; '' when it can. */
function obstacle({ program }: Daemon): string {
  if (process.getuid?.() !== 0) return 'needs root';
  return existsSync(program) ? '' : `${program} is not installed`;
}

class Service {
  readonly #session: Session;
  readonly #place: Place;
  readonly #daemon: Daemon;

  constructor(session: Session, place: Place, daemon: Daemon) {
    this.#session = session;
    this.#place = place;
    this.#daemon = daemon;
  }

  static async define(daemon: Daemon, options: string[] = []): Promise<Service> {
    const session = await Session.start({ wrapper: PRIVATE, options: ['--verbose', ...options] });
    onTestFinished(() => session.kill());
    const place = { folder: join(session.folder, 'service'), port: await freePort() };
    mkdirSync(place.folder);
    if (daemon.program.endsWith('sshd'))
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(place.folder, 'key')]);
    for (const [name, text] of Object.entries(daemon.files?.(place) ?? {}))
      writeFileSync(join(place.folder, name), text);
    const stanza = daemon.expect === 'none' ? '' : `expect ${daemon.expect}\n`;
    session.job('service', `${stanza}respawn\nkill timeout 10\n${daemon.run(place)}\n`);
    return new Service(session, place, daemon);
  }

  async run(command: string): Promise<string> {
    const { stdout, stderr } = await this.#session.run(command, 'service');
    return (stdout + stderr).trim();
  }

  /** The pid that init follows, when it is the one in the daemon's own file, and not `other`. */
  async mainProcess(other = 0): Promise<number> {
    const file = `/proc/${this.#session.pid}/root${this.#daemon.pidFile(this.#place)}`;
    return eventually('the followed process is the one that the daemon means', async () => {
      const status = await this.run('status');
      const pid = Number(/^service start\/running, process (\d+)$/.exec(status)?.[1] ?? 0);
      return pid !== other && pid === Number(textOf(file)) && isRunning(pid) ? pid : null;
    });
  }

  /** The processes that the service has left running. */
  left(): string[] {
    const init = [this.#session.pid, this.#session.daemon()];
    return this.#session
      .processesOf('service')
      .filter((pid) => !init.includes(pid))
      .map((pid) => `${pid} ${commandLineOf(pid)}`);
  }
}

for (const [name, daemon] of Object.entries(DAEMONS)) {
  test(`${name}: followed, stopped, followed anew after a kill`, async ({ skip }) => {
    skip(obstacle(daemon) !== '', obstacle(daemon));
    const service = await Service.define(daemon);
    expect(await service.run('start')).toMatch(/^service start\/running, process \d+$/);
    const first = await service.mainProcess();
    expect(await service.run('stop')).toBe('service stop/waiting');
    expect(isRunning(first)).toBe(false);
    await eventually('nothing is left', () => service.left().length === 0);

    await service.run('start');
    const second = await service.mainProcess();
    process.kill(second, 'SIGKILL');
    const third = await service.mainProcess(second);
    expect(await service.run('stop')).toBe('service stop/waiting');
    expect(isRunning(third)).toBe(false);
    if (!daemon.orphans) await eventually('nothing is left', () => service.left().length === 0);
  });
}
