/** Programs as they are in use, which say, or are asked, when they are ready, and are checked while they run. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyOf } from '../chaos/history.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { missingPrograms } from '../programs.ts';
import { removeFolder } from '../remove-folder.ts';

const NGINX = '/usr/sbin/nginx';
const REDIS = '/usr/bin/redis-server';
/** Debian has its programs beside one another, by version. */
const VERSIONS = '/usr/lib/postgresql';
const [POSTGRES = VERSIONS] = existsSync(VERSIONS)
  ? readdirSync(VERSIONS).map((version) => join(VERSIONS, version, 'bin'))
  : [];
/** The owner of Debian's clusters: postgres refuses to be root. */
const OWNER = 'postgres';

const folder = mkdtempSync(join(tmpdir(), 'programs-'));
// Servers that give up their privileges have to reach it.
chmodSync(folder, 0o755);
const at = (name: string): string => join(folder, name);
/** Often enough that a test need not wait, and patient enough for a slow machine. */
const CHECK = 'check interval 0.1\ncheck timeout 60\ncheck failures 2';

/** A server whose health is a file. */
const HEALTHZ = `
const { existsSync, rmSync } = require('node:fs');
const [port, bad] = process.argv.slice(2);
rmSync(bad, { force: true });
require('node:http').createServer((request, response) => {
  response.writeHead(request.url === '/healthz' && existsSync(bad) ? 503 : 200).end();
}).listen(Number(port), '127.0.0.1');
`;

let session: Session;
const ports = { nginx: 0, redis: 0, node: 0, postgres: 0 };

beforeAll(async () => {
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
  writeFileSync(at('healthz.cjs'), HEALTHZ);
  writeFileSync(
    at('nginx.conf'),
    `daemon off; pid ${at('nginx.pid')}; error_log ${at('nginx.error')}; worker_processes 1;
    events {}
    http {
      access_log off;
      client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
      uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      server {
        listen 127.0.0.1:${ports.nginx};
        location /healthz { if (-e ${at('nginx.bad')}) { return 503; } return 204; }
      }
    }`,
  );
  const url = (port: number): string => `http://127.0.0.1:${port}/healthz`;
  session = await Session.start({
    jobs: {
      nginx: `respawn\nexec ${NGINX} -c ${at('nginx.conf')}\nready http ${url(ports.nginx)} 204\ncheck http ${url(ports.nginx)} 204\n${CHECK}\ncheck action none\n`,
      relief: `start on healthy JOB=node\nexec sleep 1000\n`,
      alarm: `start on unhealthy JOB=nginx\nstop on healthy JOB=nginx\nexec sleep 1000\n`,
      redis: `exec ${REDIS} --port ${ports.redis} --bind 127.0.0.1 --save '' --dir ${folder}\nready tcp 127.0.0.1:${ports.redis}\nready log "Ready to accept connections"\n`,
      node: `exec ${process.execPath} ${at('healthz.cjs')} ${ports.node} ${at('node.bad')}\nready http ${url(ports.node)}\ncheck http ${url(ports.node)}\n${CHECK}\n`,
      postgres: `kill signal INT\nexec setpriv --reuid ${OWNER} --regid ${OWNER} --clear-groups ${POSTGRES}/postgres -D ${at('cluster')} -p ${ports.postgres} -k ${at('cluster')} -c listen_addresses=127.0.0.1\nready exec ${POSTGRES}/pg_isready -q -h 127.0.0.1 -p ${ports.postgres}\nready interval 0.05\n`,
    },
  });
});
afterAll(async () => {
  await session?.kill();
  removeFolder(folder);
});

const status = async (job: string): Promise<string> => (await session.run('status', job)).stdout.trim();
async function start(job: string): Promise<number> {
  const { stdout, stderr } = await session.run('start', job);
  expect([stdout, stderr]).toEqual([expect.stringMatching(new RegExp(`^${job} start/running, process \\d+\n$`)), '']);
  return Number(/\d+/.exec(stdout)?.[0]);
}
async function stop(job: string): Promise<void> {
  expect((await session.run('stop', job)).stdout).toBe(`${job} stop/waiting\n`);
}

describe('a Node server with /healthz', () => {
  it('answers when its start is over, and is restarted once when it turns bad', async () => {
    const pid = await start('node');
    expect((await fetch(`http://127.0.0.1:${ports.node}/healthz`)).status).toBe(200);
    writeFileSync(at('node.bad'), '');
    await eventually('another one is well', async () => (await status('relief')).startsWith('relief start/running'));
    expect(await status('node')).toMatch(/^node start\/running, process \d+$/);
    const entries = (await historyOf(session, 'node')).filter(({ kind }) => kind === 'exit');
    expect(entries).toMatchObject([{ pid, exitSignal: 'TERM' }]);
    await stop('node');
  });
});

describe('nginx', () => {
  it('answers when its start is over, and has an alarm while it is bad', async ({ skip }) => {
    skip(!existsSync(NGINX), 'nginx is not installed');
    const pid = await start('nginx');
    expect((await fetch(`http://127.0.0.1:${ports.nginx}/healthz`)).status).toBe(204);
    writeFileSync(at('nginx.bad'), '');
    await eventually('the alarm is on', async () => (await status('alarm')).startsWith('alarm start/running'));
    expect((await session.run('upstart', 'ps', 'nginx')).stdout).toContain('HTTP 503');
    rmSync(at('nginx.bad'));
    await eventually('the alarm is off', async () => (await status('alarm')) === 'alarm stop/waiting');
    expect(await status('nginx')).toBe(`nginx start/running, process ${pid}`);
    await stop('nginx');
  });
});

describe('redis-server', () => {
  it('answers its client when its start is over', async ({ skip }) => {
    skip(!existsSync(REDIS), 'redis-server is not installed');
    skip(missingPrograms(['redis-cli']).length > 0, 'redis-cli is not installed');
    await start('redis');
    expect(execFileSync('redis-cli', ['-p', String(ports.redis), 'ping'], { encoding: 'utf8' })).toBe('PONG\n');
    await stop('redis');
  });
});

describe('postgres', () => {
  it('answers its client when its start is over, also after a kill of the daemon', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'needs root');
    skip(!existsSync(join(POSTGRES, 'postgres')), 'postgresql is not installed');
    mkdirSync(at('cluster'), { mode: 0o700 });
    execFileSync('chown', [OWNER, at('cluster')]);
    const asOwner = ['--reuid', OWNER, '--regid', OWNER, '--clear-groups'];
    const options = ['-D', at('cluster'), '-A', 'trust', '--no-sync', '--no-instructions'];
    execFileSync('setpriv', [...asOwner, join(POSTGRES, 'initdb'), ...options], { cwd: folder, stdio: 'ignore' });
    const started = start('postgres');
    await eventually('it is asked', async () => (await status('postgres')).startsWith('postgres start/'));
    const daemon = session.daemon();
    if (daemon !== null) process.kill(daemon, 'SIGKILL');
    await started;
    const words = ['-h', '127.0.0.1', '-p', String(ports.postgres), '-U', OWNER, '-Atc', 'select 6 * 7', 'postgres'];
    expect(execFileSync(join(POSTGRES, 'psql'), words, { encoding: 'utf8' })).toBe('42\n');
    await stop('postgres');
  });
});
