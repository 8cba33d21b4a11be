/** When the machine has nothing left to give: one request fails or is put off, and supervision continues. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isRunning, signal } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

const JOBS = {
  old: 'respawn\nexec sleep 1000\n',
  new: 'exec sleep 1000\n',
  never: 'exec sleep 1000\n',
};

async function started(): Promise<Session> {
  const session = await Session.start({ jobs: JOBS });
  onTestFinished(() => session.kill());
  await session.run('start', 'old');
  return session;
}

const pidOf = async (session: Session, job: string) =>
  Number(/process (\d+)/.exec((await session.run('status', job)).stdout)?.[1] ?? 0);

function withLimit(pid: number, resource: string, shortage: number): () => void {
  const limit = (...words: string[]) => execFileSync('prlimit', [`--pid=${pid}`, ...words], { encoding: 'utf8' });
  const [soft] = limit(`--${resource}`, '--output=SOFT', '--noheadings', '--raw').trim().split(/\s+/);
  limit(`--${resource}=${shortage}:`);
  return () => limit(`--${resource}=${soft}:`);
}

async function check(session: Session, says: string, give: () => void): Promise<void> {
  const beganMs = performance.now();
  const start = session.run('start', 'new');
  const stopped = session.run('start', 'never');
  await eventually('init says so', () => session.said.match(new RegExp(`process spawn error: .*${says}`, 'g'))?.[1]);
  // It is retried with backoff, not in a loop, and everything else continues. The request to start it may come late.
  await eventually('never stops', async () => (await session.run('stop', 'never')).stdout === 'never stop/waiting\n');
  await stopped;
  const old = await eventually('old runs', () => pidOf(session, 'old'));
  signal(old, 'SIGKILL');
  await eventually('the respawn is due', async () => !isRunning(old));
  const attempts = session.said.match(/process spawn error/g)?.length ?? 0;
  // Pauses that double from 100 ms to 5 s, of each of three jobs.
  expect(attempts).toBeLessThan(3 * (7 + (performance.now() - beganMs) / 5000));
  give();
  expect((await start).stdout).toMatch(/^new start\/running, process \d+\n$/);
  await eventually('old runs again', async () => isRunning(await pidOf(session, 'old')));
}

test('no descriptors left', async () => {
  const session = await started();
  await check(session, 'Too many open files', withLimit(session.pid, 'nofile', 8));
});

test('no descriptors left to read what has changed', async () => {
  const session = await started();
  /** Whether init has said so: not while it thinks that the trouble of the edit before lasts, which it is about to look at. */
  const edited = async (text: string): Promise<boolean> => {
    const give = withLimit(session.daemon() as number, 'nofile', 8);
    const said = session.said.length;
    session.job('new', `usage "${text}"\nexec sleep 1000\n`);
    process.kill(session.pid, 'SIGHUP');
    const isSaid = (): boolean => session.said.slice(said).includes('Too many open files');
    const hasSaid = await eventually('init says so', isSaid, 5000).catch(() => false);
    give();
    await eventually('it is read', async () => (await session.run('initctl', 'usage', 'new')).stdout.includes(text));
    return hasSaid;
  };
  let edits = 0;
  for (const what of ['a trouble', 'another one']) await eventually(what, () => edited(`edit ${++edits}.`));
  // Nothing else was forgotten meanwhile.
  const list = (await session.run('initctl', 'list')).stdout.trim().split('\n').sort();
  expect(list).toEqual(['never stop/waiting', 'new stop/waiting', expect.stringMatching(/^old start\/running/)]);
});

test('more clients than descriptors', async () => {
  const session = await Session.start({ jobs: JOBS, wrapper: ['prlimit', '--nofile=96:96'] });
  onTestFinished(() => session.kill());
  const path = (session.env.UPSTART_SESSION ?? '').replace('unix:path=', '');
  const clients = Array.from({ length: 150 }, () => createConnection(path).on('error', () => {}));
  await eventually('some are turned away', () => clients.filter(({ closed }) => closed).length > 80);
  expect(clients.filter(({ closed }) => !closed).length).toBeGreaterThan(10);
  // Enough is left for init itself.
  session.job('added', 'exec sleep 1000\n');
  for (const client of clients.splice(0, clients.length)) client.destroy();
  await eventually('there is room again', async () =>
    (await session.run('start', 'added')).stdout.startsWith('added start/running'),
  );
  expect(session.said).not.toContain('Too many open files');
});

/** A cgroup of our own in which there can be only so many processes; null where there is none to be had. */
function pidsCgroup(name: string): string | null {
  for (const root of ['/sys/fs/cgroup/pids', '/sys/fs/cgroup']) {
    const path = join(root, name);
    try {
      mkdirSync(path);
    } catch {
      continue;
    }
    if (existsSync(join(path, 'pids.max'))) return path;
    rmdirSync(path);
  }
  return null;
}

test('no processes left', async ({ skip }) => {
  const path = pidsCgroup(`upstart-exhaustion-${process.pid}`);
  skip(path === null, 'no cgroup that limits processes can be made here');
  if (path === null) return;
  const session = await started();
  onTestFinished(async () => {
    await session.kill();
    await eventually('the cgroup is empty', () => readFileSync(join(path, 'cgroup.procs'), 'utf8') === '');
    rmdirSync(path);
  });
  // The supervisor alone: the caller of init is no part of this.
  writeFileSync(join(path, 'cgroup.procs'), String(session.pid));
  const all = readFileSync(join(path, 'pids.current'), 'utf8').trim();
  writeFileSync(join(path, 'pids.max'), all);
  await check(session, 'Resource temporarily unavailable', () => writeFileSync(join(path, 'pids.max'), 'max'));
});
