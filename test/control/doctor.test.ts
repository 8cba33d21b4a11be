/** `upstart doctor` on a session. */
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { childrenOf, commandLineOf } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { SessionInit } from './session-init.ts';

interface Row {
  check: string;
  status: 'ok' | 'warning' | 'problem';
  text: string;
  advice: string | null;
}

let session: SessionInit;
afterEach(async () => {
  await session.end();
  session.remove();
});

async function examine(): Promise<{ status: number | null; rows: Row[] }> {
  const { status, stdout } = await session.run('upstart', 'doctor', '--json');
  return { status, rows: JSON.parse(stdout) };
}

/** Whether nobody listens on the session's control socket. */
async function refused(): Promise<boolean> {
  const socket = createConnection(session.socket);
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

const problems = (rows: readonly Row[]): string[] =>
  rows.filter(({ status }) => status === 'problem').map(({ check }) => check);

test('nothing is wrong with a session', async () => {
  session = await SessionInit.start({ jobs: { web: 'exec sleep 1000\n' } });
  const good = await examine();
  expect([good.status, problems(good.rows)]).toEqual([0, []]);
  const checks = ['parts', 'init', 'sockets', 'state', 'jobs', 'logs', 'programs', 'kernel'];
  expect(good.rows.map(({ check }) => check)).toEqual(expect.arrayContaining(checks));
  expect(good.rows).toContainEqual(
    expect.objectContaining({ check: 'init', status: 'ok', text: expect.stringContaining(`process ${session.pid}`) }),
  );
  const { status, stdout } = await session.run('upstart', 'doctor');
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^ok {7}parts {5}programs, libraries/)]);
});

test('broken files and damaged state are problems', async () => {
  session = await SessionInit.start({ jobs: { broken: 'nonsense\n', waits: 'start on never\nexec sleep 1000\n' } });
  const { status, rows } = await examine();
  expect([status, problems(rows)]).toEqual([1, ['jobs']]);
  expect(rows).toContainEqual(expect.objectContaining({ check: 'jobs', status: 'warning' }));
  const folder = join(session.runtime, 'upstart', `init-${session.pid}`, 'state');
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), 'garbage');
  expect(problems((await examine()).rows)).toEqual(['state', 'jobs']);
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  expect(problems((await examine()).rows)).toEqual(['state', 'jobs']);
});

test('a logger that stays stopped is a problem', async () => {
  session = await SessionInit.start({ jobs: { talks: 'task\nexec echo hello\n' } });
  await session.run('start', 'talks');
  const logger = await eventually('the logger runs', () =>
    childrenOf(session.pid).find((pid) => commandLineOf(pid).startsWith('logger')),
  );
  process.kill(logger, 'SIGSTOP');
  expect((await examine()).rows).toContainEqual({
    ...{ check: 'init', status: 'problem', text: `the logger of init (process ${logger}) is stopped` },
    advice: `kill -CONT ${logger}, or kill -KILL ${logger}: init starts another one`,
  });
  process.kill(logger, 'SIGCONT');
  await eventually('it is none any more', async () => !problems((await examine()).rows).includes('init'));
});

test('without an init it examines the installation', async () => {
  session = await SessionInit.start();
  const pid = session.pid;
  await session.end('SIGKILL');
  // A command that the daemon has begun to answer waits for the next daemon.
  await eventually('its daemon has ended', refused);
  const { status, rows } = await examine();
  expect([status, problems(rows)]).toEqual([1, ['init']]);
  expect(rows).toContainEqual(
    expect.objectContaining({ check: 'sockets', status: 'warning', text: expect.stringContaining(`${pid}.session`) }),
  );
});
