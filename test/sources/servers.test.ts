/** Servers as they are in use: each starts on its first connection, with the socket that init listens at. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { missingPrograms } from '../programs.ts';

let session: SessionInit;
let port: number;
beforeEach(async () => {
  session = await SessionInit.start();
  port = await freePort();
});
afterEach(async () => {
  await session.end();
  session.remove();
});

const at = (...names: string[]): string => join(session.home, ...names);

/** What the server says first, or to a request for `/hello`. */
function ask(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const client = connect(port, '127.0.0.1', () => client.write(request));
    client.on('data', (bytes) => {
      said += bytes;
      if (said.includes('\n') && (request === '' || /hello from/.test(said))) client.end();
    });
    client.on('error', reject).on('close', () => resolve(said));
  });
}
const REQUEST = 'GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** Adds the job, which runs `command`, and waits until init listens. */
async function add(command: string): Promise<void> {
  const text = `start on socket PROTO=inet PORT=${port} ADDR=127.0.0.1\nkill timeout 20\n${command}\n`;
  session.job('server', text);
  await eventually('init listens', () =>
    readFileSync('/proc/net/tcp', 'utf8').includes(
      `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`,
    ),
  );
  expect(await state()).toBe('server stop/waiting\n');
}

const state = async (): Promise<string> => (await session.run('status', 'server')).stdout;

/** Each of two runs answers the connection that has started it. */
async function serves(request: string, answer: RegExp): Promise<void> {
  for (const _ of [1, 2]) {
    expect(await ask(request)).toMatch(answer);
    expect(await state()).toMatch(/^server start\/running/);
    await session.run('stop', 'server');
  }
}

const without = (program: string): string | null => (missingPrograms([program]).length > 0 ? `no ${program}` : null);
function server(name: string, missing: string | null, run: () => Promise<void>): void {
  test.skipIf(missing !== null)(`${name}${missing === null ? '' : ` (skipped: ${missing})`}`, run);
}

server('Node', null, async () => {
  const serve = "require('http').createServer((_, answer) => answer.end('hello from Node\\n')).listen({ fd: 3 })";
  writeFileSync(at('server.js'), serve);
  await add(`exec ${process.execPath} ${at('server.js')}`);
  await serves(REQUEST, /hello from Node\n/);
});

server('uWSGI, which looks for UPSTART_FDS', without('uwsgi'), async () => {
  mkdirSync(at('www'));
  writeFileSync(at('www/hello'), 'hello from a file\n');
  await add(`exec uwsgi --plugins 0:notfound --master --die-on-term --protocol http --check-static ${at('www')}`);
  await serves(REQUEST, /hello from a file\n/);
});

server('gunicorn, which looks for LISTEN_FDS', without('gunicorn'), async () => {
  const app = ['def app(environ, start):', "    start('200 OK', [])", "    return [b'hello from gunicorn\\n']", ''];
  writeFileSync(at('hello.py'), app.join('\n'));
  await add(`exec gunicorn --chdir ${session.home} hello:app`);
  await serves(REQUEST, /hello from gunicorn\n/);
});

const SSHD = '/usr/sbin/sshd';
server(
  'sshd, which gets each connection from a program that accepts',
  existsSync(SSHD) ? without('perl') : 'no sshd',
  async () => {
    const key = at('key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    // It wants this folder where it runs as root.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    const guide = readFileSync(join(process.env.UPSTART_CHECKOUT ?? '.', 'docs/guide/sources.md'), 'utf8');
    const [, accept = ''] = /```file ~\/accept\n(.*?)```/s.exec(guide) ?? [];
    writeFileSync(at('accept'), accept);
    await add(`exec perl ${at('accept')} ${SSHD} -i -e -f /dev/null -h ${key}`);
    await serves('', /^SSH-2\.0-/);
    // The exchange of keys is more than a greeting.
    const { stdout } = spawnSync('ssh-keyscan', ['-T', '300', '-t', 'ed25519', '-p', String(port), '127.0.0.1'], {
      encoding: 'utf8',
    });
    expect(stdout).toContain(readFileSync(`${key}.pub`, 'utf8').split(' ')[1]);
  },
);
