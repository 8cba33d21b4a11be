/** Starts that wait for services to answer, with real servers, and a daemon that dies while it tries. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { removeFolder } from '../remove-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'readiness-'));
const order = join(folder, 'order');

/** A service that notes that it has begun, listens once the file \`go\` is there, and then notes that. */
const SERVICE = `
const { appendFileSync, existsSync } = require('node:fs');
const http = require('node:http');
const [name, where, go] = process.argv.slice(2);
const note = (text) => appendFileSync(${JSON.stringify(order)}, name + ' ' + text + '\\n');
note('begins');
let bad = 503;
const server = http.createServer((request, response) => {
  response.writeHead(existsSync(go + '.well') ? 200 : bad).end();
});
const timer = setInterval(() => {
  if (!existsSync(go)) return;
  clearInterval(timer);
  server.listen(/^[0-9]+$/.test(where) ? { port: Number(where), host: '127.0.0.1' } : { path: where }, () => note('listens'));
}, 5);
process.on('SIGTERM', () => { note('ends'); process.exit(0); });
`;

let session: Session;
beforeAll(async () => {
  const [database, web] = [await freePort(), await freePort()];
  const program = join(folder, 'service.cjs');
  writeFileSync(program, SERVICE);
  const run = (name: string, where: string | number): string =>
    `exec ${process.execPath} ${program} ${name} ${where} ${join(folder, name)}`;
  session = await Session.start({
    jobs: {
      database: `start on go\nready tcp ${database}\nready interval 0.01\n${run('database', database)}\n`,
      cache: `start on started database\nready unix ${folder}/cache.sock\nready interval 0.01\n${run('cache', `${folder}/cache.sock`)}\n`,
      web: `start on started cache\nready http http://127.0.0.1:${web}/healthz\nready interval 0.01\n${run('web', web)}\n`,
      worker: `start on started web\nexec sleep 1000\n`,
      never: 'respawn\nready unix /nonesuch/socket\nready timeout 0.2\nready interval 0.01\nexec sleep 1000\n',
    },
  });
});
afterAll(async () => {
  await session?.kill();
  removeFolder(folder);
});

const status = async (job: string): Promise<string> =>
  (await session.run('status', job)).stdout.trim().replace(/, process \d+$/, '');
const explain = async (job: string): Promise<string> => (await session.run('upstart', 'explain', job)).stdout;
const goes = (name: string): void => writeFileSync(join(folder, name), '');

describe('ready', () => {
  it('starts services in the order of their readiness, through a death of the daemon', async () => {
    const emitted = session.run('initctl', 'emit', 'go');
    await eventually('a try has failed', async () => (await explain('database')).includes('connection refused'));
    expect(await status('database')).toBe('database start/spawned');
    expect(await status('cache')).toBe('cache stop/waiting');
    const daemon = session.daemon() as number;
    process.kill(daemon, 'SIGKILL');
    await eventually('another daemon is there', () => ![null, daemon].includes(session.daemon()));
    expect(await status('database')).toBe('database start/spawned');
    goes('database');
    await eventually('the next one has begun', async () => (await status('cache')) === 'cache start/spawned');
    goes('cache');
    goes('web');
    await eventually('the web is bad', async () => (await explain('web')).includes('HTTP 503'));
    expect(await status('worker')).toBe('worker stop/waiting');
    goes('web.well');
    expect((await emitted).status).toBe(0);
    await eventually('all run', async () => (await status('worker')) === 'worker start/running');
    expect(await status('web')).toBe('web start/running');
  });

  it('fails a start that is not ready in time, and says what it waited for', async () => {
    await eventually('one is tried in its time', async () => {
      const { status: code, stderr } = await session.run('start', 'never');
      expect([code, stderr]).toEqual([1, expect.stringContaining('Job failed to start')]);
      await eventually('it has stopped', async () => (await status('never')) === 'never stop/waiting');
      return /never came: \/nonesuch\/socket accepts a connection; last answer: no such file/.test(
        await explain('never'),
      );
    });
  });
});
