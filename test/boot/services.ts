/** The units of Debian's packages as jobs: all are imported, and services run by what they have become. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Guest } from './guest.ts';
import type { Report } from './report.ts';

/** Those that runlevel 2 starts. */
const STARTED = [
  ...['memcached', 'nginx', 'ssh', 'cron', 'atd', 'mosquitto', 'haproxy', 'prometheus-node-exporter', 'rpcbind'],
  ...['tinyproxy', 'php8.2-fpm', 'nullmailer', 'vsftpd', 'lighttpd'],
];
/** Those that the first connection to their socket starts, and what connects. */
const ACTIVATED: Readonly<Record<string, string>> = {
  dbus: 'dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames > /dev/null',
  uuidd: 'uuidd --time > /dev/null',
};
/** A server, and how it shows that it serves. */
const ANSWERS: Readonly<Record<string, string>> = {
  nginx:
    'perl -MIO::Socket::INET -e \'$s = IO::Socket::INET->new("127.0.0.1:80") and print $s "HEAD / HTTP/1.0\\r\\n\\r\\n" and print <$s> =~ /200 OK/\'',
  ssh: 'perl -MIO::Socket::INET -e \'$s = IO::Socket::INET->new("127.0.0.1:22") and print <$s> =~ /^SSH-/\'',
  memcached:
    'perl -MIO::Socket::INET -e \'$s = IO::Socket::INET->new("127.0.0.1:11211") and print $s "version\\r\\n" and print <$s> =~ /^VERSION/\'',
};
const LEAST_PACKAGES = 50;
const LEAST_SERVICES = 15;

/** The units that the machine has jobs of. */
export function unitsOfServices(units: string): string[] {
  // Of the others the services open their sockets themselves.
  const names = [...STARTED, ...Object.keys(ACTIVATED)].map((job) => `${job}.service`);
  names.push(...Object.keys(ACTIVATED).map((job) => `${job}.socket`));
  return readdirSync(units).flatMap((folder) =>
    readdirSync(join(units, folder))
      .filter((name) => names.includes(name))
      .map((name) => join(units, folder, name)),
  );
}

/** Imports the units of each package. */
export function importAll(upstart: string, units: string, report: Report): void {
  const packages = readdirSync(units);
  report.nothingWrong(
    `${packages.length} packages have units`,
    packages.length < LEAST_PACKAGES ? [`${LEAST_PACKAGES} are wanted`] : [],
  );
  const into = mkdtempSync(join(tmpdir(), 'imported-'));
  const run = (...words: string[]) => spawnSync(upstart, words, { encoding: 'utf8' });
  const wrong = packages.flatMap((name) => {
    const { status, stderr } = run('import', 'systemd', '-o', join(into, name), join(units, name));
    return status === 0 ? [] : [`${name}: ${stderr}`];
  });
  report.nothingWrong('each of them is imported', wrong);
  // Of some there are only sockets, or settings of units of others.
  const checked = run('check', ...readdirSync(into).map((name) => join(into, name)));
  const wrongLines = `${checked.stdout}${checked.stderr}`
    .split('\n')
    .filter((line) => / error: |exec-list|cannot check/.test(line));
  report.nothingWrong('init accepts the jobs', wrongLines);
  rmSync(into, { recursive: true });
}

export async function tellOfServices(guest: Guest, report: Report): Promise<void> {
  const services = [...STARTED, ...Object.keys(ACTIVATED)];
  report.nothingWrong(
    `${services.length} services`,
    services.length < LEAST_SERVICES ? [`fewer than ${LEAST_SERVICES}`] : [],
  );
  const state = (job: string): string => `status ${job} | sed 's/, process [0-9]*//'`;
  for (const [job, connects] of Object.entries(ACTIVATED)) {
    await report.comesToSay(`${job} is started by its socket`, `${connects}; ${state(job)}`, `${job} start/running`);
  }
  for (const job of STARTED) await report.comesToSay(`${job} runs`, state(job), `${job} start/running`);
  for (const [job, asks] of Object.entries(ANSWERS)) await report.comesToSay(`${job} answers`, asks, '1');
  const pid = (job: string): string => `status ${job} | sed -n 's/.*process //p'`;
  for (const job of STARTED) {
    const { output } = await guest.run(pid(job));
    await guest.run(`stop ${job}`);
    await report.comesToSay(`${job} stops`, state(job), `${job} stop/waiting`);
    await report.says(`process ${output.trim()} has ended`, `test ! -e /proc/${output.trim()} || echo it lives`, '');
  }
}
