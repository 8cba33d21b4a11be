/**
 * Forty of the real job files run as units of a booted systemd as they run under init (UPSTART_CORPUS): with stubs for their programs, which
 * note what runs. Each job is started and stopped by both.
 */
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { toSystemd } from '../../packages/convert/src/systemd/export/to-systemd.ts';
import { parseJob } from '../../packages/job-language/src/parse-job.ts';
import { Session } from '../chaos/session.ts';
import { evenly, jobFiles } from '../corpus/harmless.ts';
import { type Properties, SystemdGuest, whyNoSystemd } from './systemd-guest.ts';

const corpus = process.env.UPSTART_CORPUS;
const reason = corpus === undefined ? 'UPSTART_CORPUS names no corpus' : whyNoSystemd();
const COUNT = 40;

/** Arguments: the ledger, the job, the slot, and what it does: `done`, `fork`, `daemon` or `stay`. */
const STUB = `#!/bin/sh
echo "$2 $3" >> "$1"
case $4 in
  fork) sleep 100000 & ;;
  daemon) (sleep 100000 &) ;;
  stay) exec sleep 100000 ;;
esac
`;
const HOOKS = ['pre-start', 'post-start', 'pre-stop', 'post-stop'];
/** What the machine of the test has not: users, folders, devices, profiles. */
const DENIED = /^[ \t]*(?:chroot|chdir|setuid|setgid|cgroup|apparmor|console|oom|limit|nice)\b.*$/gm;

/** The file with stubs for its processes: those that it has. */
function stubbed(job: string, text: string, program: string): string {
  const has = (keyword: string): boolean => new RegExp(`^[ \\t]*${keyword}(?:exec|script)\\b`, 'm').test(text);
  const expects = /^[ \t]*expect[ \t]+(fork|daemon)\b/m.exec(text)?.[1] ?? 'stay';
  const form = /^[ \t]*task\b/m.test(text) ? 'done' : expects;
  const hooks = HOOKS.filter((hook) => has(`${hook}[ \\t]+`)).map(
    (hook) => `${hook} exec ${program} ${job} ${hook} done`,
  );
  const kept = text
    .replace(/^[ \t]*(?:(?:pre|post)-(?:start|stop)[ \t]+)?script\b[\s\S]*?^[ \t]*end script\b.*$/gm, '')
    .replace(/^[ \t]*(?:(?:pre|post)-(?:start|stop)[ \t]+)?exec\b(?:.*\\\n)*.*$/gm, '')
    .replace(DENIED, '');
  return [kept, ...hooks, ...(has('') ? [`exec ${program} ${job} main ${form}`] : []), ''].join('\n');
}

/** A job file with stubs, by the path of the stub and its ledger. */
interface Stubbed {
  readonly job: string;
  text(program: string): string;
}

const GUEST_STUB = '/stub /ledger';
const definitionOf = ({ job, text }: Stubbed) => ({
  definition: parseJob(text(GUEST_STUB), { name: job, path: `${job}.conf` }),
  comments: [],
});

/** Files, evenly taken, of which systemd can express everything, and which one start without variables starts. */
function chosen(folder: string): Stubbed[] {
  const all = jobFiles(folder).flatMap(([job, file]): Stubbed[] => {
    const original = readFileSync(join(folder, file), 'latin1');
    const one = {
      job,
      text: (program: string) => stubbed(job, original, program),
    };
    try {
      const { files, report } = toSystemd([definitionOf(one)], 'system');
      const isWhole = files.length === 1 && !report.some(({ kind }) => kind === 'refused');
      return isWhole && files[0]?.name === `${job}.service` ? [one] : [];
    } catch {
      // The original rejects the file as well.
      return [];
    }
  });
  return evenly(all, COUNT);
}

/** What each job has run, in order. A post-start begins with the main process, and which of them notes itself first says nothing. */
function runsIn(ledger: string): Record<string, string> {
  const runs: Record<string, string> = {};
  for (const line of ledger.split('\n').slice(0, -1)) {
    const [job = '', slot = ''] = line.split(' ');
    runs[job] = `${runs[job] ?? ''} ${slot}`.replace(/ post-start main$/, ' main post-start');
  }
  return runs;
}

test.skipIf(reason !== null)(
  `forty jobs run as units of systemd as under init${reason === null ? '' : ` (skipped: ${reason})`}`,
  async () => {
    const jobs = chosen(join(corpus ?? '', 'jobs'));
    expect(jobs).toHaveLength(COUNT);
    const guest = new SystemdGuest();
    onTestFinished(() => guest.remove());
    guest.write('stub', STUB, 0o755);
    const { files } = toSystemd(jobs.map(definitionOf), 'system');
    const units = Object.fromEntries(files.map(({ name, text }) => [name, text]));
    const names = jobs.map(({ job }) => `${job}.service`).join(' ');
    const show = (path: string) => `systemctl show -p Id -p ActiveState -p SubState -p Result ${names} > ${path}`;
    await guest.boot(units, [
      ...[`systemctl start ${names}`, show('/running')],
      ...[`systemctl stop ${names}`, show('/stopped')],
    ]);
    const session = await Session.start({ options: ['--no-startup-event'] });
    onTestFinished(() => session.kill());
    const stub = session.product.place('stub', { program: STUB });
    chmodSync(join(stub, 'program'), 0o755);
    const ledger = join(stub, 'ledger');
    for (const { job, text } of jobs)
      session.product.place('conf', { [`${job}.conf`]: text(`${stub}/program ${ledger}`) });
    await session.run('initctl', 'reload-configuration');
    const status = async (): Promise<Record<string, string>> => {
      const all = await Promise.all(
        jobs.map(async ({ job }) => [job, stateIn((await session.run('status', job)).stdout)]),
      );
      return Object.fromEntries(all);
    };
    for (const { job } of jobs) await session.run('start', job);
    expect(statesIn(guest.shown('running'))).toEqual(await status());
    for (const { job } of jobs) await session.run('stop', job);
    expect(statesIn(guest.shown('stopped'))).toEqual(await status());
    expect(runsIn(guest.read('ledger'))).toEqual(runsIn(readFileSync(ledger, 'utf8')));
  },
);

/** `running`, `no process` of one that stays without, or `stopped`. */
function stateIn(text: string): string {
  if (!/ start\/running/.test(text)) return text.replace(/^.* stop\/waiting\n$/s, 'stopped');
  return /, process \d+/.test(text) ? 'running' : 'no process';
}

const STATES: Readonly<Record<string, string>> = { running: 'running', exited: 'no process', dead: 'stopped' };

function statesIn(shown: ReadonlyMap<string, Properties>): Record<string, string> {
  return Object.fromEntries(
    [...shown].map(([unit, { SubState = '', Result = '' }]) => [
      unit.replace(/\.service$/, ''),
      Result === 'success' ? (STATES[SubState] ?? SubState) : Result,
    ]),
  );
}

/** Jobs that a socket, a file and a time start, and one that a file restarts. */
const ACTIVATED = {
  socket: 'start on socket PROTO=unix PATH=/run/socket\nexec /stub /ledger socket main stay\n',
  file: 'start on file FILE=/in/job EVENT=create\ntask\nexec /stub /ledger file main done\n',
  timer: 'start on timer EVERY=1s\ntask\nexec /stub /ledger timer main done\n',
  watched:
    'start on runlevel [2345]\nstop on runlevel [!2345]\nrestart on file FILE=/in/settings\nexec /stub /ledger watched main stay\n',
};

const unless = whyNoSystemd();
test.skipIf(unless !== null)(
  `systemd starts and restarts what sockets, files and timers start${unless === null ? '' : ` (skipped: ${unless})`}`,
  async () => {
    const guest = new SystemdGuest();
    onTestFinished(() => guest.remove());
    guest.write('stub', STUB, 0o755);
    guest.write('in/settings', 'one\n');
    const jobs = Object.entries(ACTIVATED).map(([job, text]) => ({ job, text: () => text }));
    const { files } = toSystemd(jobs.map(definitionOf), 'system');
    const units = Object.fromEntries(files.map(({ name, text }) => [name, text]));
    const until = (line: string, count: number, cause = ':') =>
      `until [ "$(grep -c '^${line}$' /ledger)" -ge ${count} ]; do ${cause}; sleep 0.1; done`;
    await guest.boot(units, [
      `systemctl enable ${Object.keys(units).join(' ')}`,
      'systemctl start socket.socket file.path timer.timer watched.service',
      until('watched main', 1),
      until('timer main', 2),
      'touch /in/job',
      until('file main', 1),
      `perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Peer => "/run/socket") or die'`,
      until('socket main', 1),
      until('watched main', 2, 'echo two > /in/settings'),
      'systemctl is-active socket.service watched.service > /active',
    ]);
    expect(guest.read('active')).toBe('active\nactive\n');
  },
);
