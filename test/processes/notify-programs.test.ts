/** Servers of Debian that speak sd_notify(3), as their packages have them: `expect notify` is all that they need. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { removeFolder } from '../remove-folder.ts';

const MOSQUITTO = '/usr/sbin/mosquitto';
/** Debian has these with their version. */
const FPM = newest('/usr/sbin', /^php-fpm\d/);
const POSTGRES = join(newest('/usr/lib/postgresql', /^\d+$/), 'bin');
/** Neither server may be root; these have the packages of both. */
const OWNERS = { postgres: 'postgres', fpm: 'www-data', mosquitto: 'mosquitto' };
const isRoot = process.getuid?.() === 0;

function newest(folder: string, name: RegExp): string {
  const names = existsSync(folder) ? readdirSync(folder).filter((entry) => name.test(entry)) : [];
  return join(folder, names.sort().at(-1) ?? 'none');
}

const folder = mkdtempSync(join(tmpdir(), 'notify-programs-'));
// Servers that give up their privileges have to reach it.
chmodSync(folder, 0o755);
const at = (name: string): string => join(folder, name);

/** A folder of the user of a server. */
function folderOf(server: keyof typeof OWNERS): string {
  mkdirSync(at(server), { mode: 0o700 });
  if (isRoot) execFileSync('chown', [OWNERS[server], at(server)]);
  return at(server);
}

const as = (owner: string): string => (isRoot ? `setuid ${owner}\n` : '');

let session: Session;
const ports = { postgres: 0, mosquitto: 0 };
beforeAll(async () => {
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
  const pool = isRoot ? `user = ${OWNERS.fpm}\ngroup = ${OWNERS.fpm}\n` : '';
  writeFileSync(
    at('fpm.conf'),
    `[global]\nerror_log = ${at('fpm.log')}\n[www]\n${pool}listen = ${at('fpm.sock')}\npm = static\npm.max_children = 2\n`,
  );
  writeFileSync(
    at('mosquitto.conf'),
    `listener ${ports.mosquitto} 127.0.0.1\nallow_anonymous true\nlog_dest stderr\nuser ${isRoot ? OWNERS.mosquitto : ''}\n`,
  );
  session = await Session.start({
    jobs: {
      postgres: `${as(OWNERS.postgres)}kill signal INT\nkill timeout 60\nexpect notify\nexec ${POSTGRES}/postgres -D ${at('postgres')} -p ${ports.postgres} -k ${at('postgres')} -c listen_addresses=127.0.0.1\n`,
      fpm: `expect notify\nreload signal USR2\nkill timeout 60\nexec ${FPM} --nodaemonize --fpm-config ${at('fpm.conf')}\n`,
      mosquitto: `respawn\nexpect notify\nexec ${MOSQUITTO} -c ${at('mosquitto.conf')}\n`,
      after: 'start on started mosquitto\nstop on stopping mosquitto\nexec sleep 1000\n',
    },
  });
});
afterAll(async () => {
  await session?.kill();
  removeFolder(folder);
});

const run = async (...words: [string, ...string[]]): Promise<string> => (await session.run(...words)).stdout.trim();
async function start(job: string): Promise<number> {
  const { stdout, stderr } = await session.run('start', job);
  expect([stdout, stderr]).toEqual([expect.stringMatching(new RegExp(`^${job} start/running, process \\d+\n$`)), '']);
  return Number(/\d+/.exec(stdout)?.[0]);
}
async function stop(job: string): Promise<void> {
  expect(await run('stop', job)).toBe(`${job} stop/waiting`);
}

/** Connects once, and sends; resolves with the first bytes that come back, or with none as soon as it is connected. */
function ask(place: { port: number; host: string } | { path: string }, bytes: Buffer | null): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(place, () => (bytes ? socket.write(bytes) : answer(Buffer.alloc(0))));
    const answer = (data: Buffer): void => {
      socket.destroy();
      resolve(data);
    };
    socket.on('data', answer);
    socket.on('error', reject);
  });
}

describe('postgres', () => {
  it('answers its client when its start is over, also after a kill of the daemon', async ({ skip }) => {
    skip(!existsSync(join(POSTGRES, 'postgres')), 'postgresql is not installed');
    const user = isRoot
      ? ['setpriv', '--reuid', OWNERS.postgres, '--regid', OWNERS.postgres, '--clear-groups']
      : ['env'];
    const options = ['-D', folderOf('postgres'), '-A', 'trust', '-U', 'postgres', '--no-sync', '--no-instructions'];
    const [program, ...words] = [...user, join(POSTGRES, 'initdb'), ...options] as [string, ...string[]];
    execFileSync(program, words, { cwd: folder, stdio: 'ignore' });
    const started = start('postgres');
    await eventually('it waits', async () => (await run('status', 'postgres')).startsWith('postgres start/'));
    process.kill(session.daemon() as number, 'SIGKILL');
    const pid = await started;
    const psql = [
      '-h',
      '127.0.0.1',
      '-p',
      String(ports.postgres),
      '-U',
      'postgres',
      '-Atc',
      'select 6 * 7',
      'postgres',
    ];
    expect(execFileSync(join(POSTGRES, 'psql'), psql, { encoding: 'utf8' })).toBe('42\n');
    expect(await run('status', 'postgres')).toBe(`postgres start/running, process ${pid}`);
    await stop('postgres');
  });
});

describe('php-fpm', () => {
  it('accepts connections when its start is over, tells its status, and has `reload` wait', async ({ skip }) => {
    skip(!existsSync(FPM), 'php-fpm is not installed');
    const pid = await start('fpm');
    expect(await ask({ path: at('fpm.sock') }, null)).toEqual(Buffer.alloc(0));
    expect(await run('upstart', 'explain', 'fpm')).toContain('its main process says: Ready to handle connections');
    const { status } = await session.run('reload', 'fpm');
    // It executes itself anew meanwhile, in the same process.
    expect(status).toBe(0);
    expect(await ask({ path: at('fpm.sock') }, null)).toEqual(Buffer.alloc(0));
    expect(await run('status', 'fpm')).toBe(`fpm start/running, process ${pid}`);
    await stop('fpm');
  });
});

describe('mosquitto', () => {
  /** CONNECT of MQTT 3.1.1, with a clean session and no name; and the answer that it is accepted. */
  const CONNECT = Buffer.from('100c00044d5154540402003c0000', 'hex');
  const ACCEPTED = Buffer.from('20020000', 'hex');

  it('answers its client when its start is over, and each respawn is waited for', async ({ skip }) => {
    skip(!existsSync(MOSQUITTO), 'mosquitto is not installed');
    const place = { port: ports.mosquitto, host: '127.0.0.1' };
    const pid = await start('mosquitto');
    expect(await ask(place, CONNECT)).toEqual(ACCEPTED);
    await eventually('the next job runs', async () => (await run('status', 'after')).includes('running, process'));
    const after = await run('status', 'after');
    process.kill(pid, 'SIGKILL');
    await eventually('another one follows', async () => {
      const now = await run('status', 'after');
      return now.includes('running, process') && now !== after;
    });
    expect(await ask(place, CONNECT)).toEqual(ACCEPTED);
    await stop('mosquitto');
  });
});
