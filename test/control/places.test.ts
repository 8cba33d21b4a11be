/** The places of an init are chosen once: later changes of folders do not move the next daemon. */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { childrenOf, commandLineOf } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { SessionInit, type SessionSettings } from './session-init.ts';

let session: SessionInit | undefined;

async function start(settings: SessionSettings): Promise<SessionInit> {
  session = await SessionInit.start(settings);
  return session;
}

afterEach(async () => {
  await session?.end();
  session?.remove();
});

const daemonOf = ({ pid }: SessionInit): number | undefined =>
  childrenOf(pid).find((child) => commandLineOf(child).includes('daemon.js'));

/** Ends the daemon with SIGKILL; resolves when the next one answers. */
async function nextDaemon(init: SessionInit): Promise<void> {
  const before = daemonOf(init);
  process.kill(before as number, 'SIGKILL');
  await eventually('there is another daemon', () => daemonOf(init) !== undefined && daemonOf(init) !== before);
  await eventually('it answers', async () => (await init.run('initctl', 'version')).status === 0);
}

const JOBS = { web: 'exec sleep 1000\n', both: 'start on (one and two)\nexec sleep 1000\n' };

/** Checks a fact that only saved state has: half of a condition is met. */
async function expectStateKept(init: SessionInit, change: () => void): Promise<void> {
  const { stdout: running } = await init.run('start', 'web');
  await init.run('initctl', 'emit', '--no-wait', 'one');
  change();
  await nextDaemon(init);
  expect((await init.run('status', 'web')).stdout).toBe(running);
  await init.run('initctl', 'emit', 'two');
  expect((await init.run('status', 'both')).stdout).toMatch(/^both start\/running/);
}

it('are kept when the run-time folder of the user is opened to others, and when it is closed again', async () => {
  const init = await start({ jobs: JOBS });
  await expectStateKept(init, () => chmodSync(init.runtime, 0o777));
  await init.run('stop', 'both');
  await init.run('stop', 'web');
  await expectStateKept(init, () => chmodSync(init.runtime, 0o700));
  expect(readdirSync(init.sessionFiles)).toEqual([`${init.pid}.session`]);
});

it('are found again though they were given relative to a folder that is gone', async () => {
  const first = await start({});
  const folder = first.product.place('work');
  mkdirSync(join(folder, 'jobs'));
  first.product.place('work/jobs', { 'web.conf': JOBS.web, 'both.conf': JOBS.both });
  const init = await SessionInit.start({
    ...{ beside: first, cwd: folder, options: ['--confdir', 'jobs', '--logdir=logs'] },
  });
  try {
    const { stdout: running } = await init.run('start', 'web');
    rmSync(folder, { recursive: true });
    await nextDaemon(init);
    expect((await init.run('status', 'web')).stdout).toBe(running);
    expect((await init.run('stop', 'web')).status).toBe(0);
    await init.hears('starting another one');
    expect(init.said.match(/starting another one/g)).toHaveLength(1);
  } finally {
    await init.end();
  }
});

it('are not those of another init that has the same pid, which is logged', async () => {
  const boot = '$(cat /proc/sys/kernel/random/boot_id)';
  const init = await start({
    jobs: JOBS,
    before: [
      'own=$XDG_RUNTIME_DIR/upstart/init-$$',
      'mkdir -m 700 -p $own $XDG_RUNTIME_DIR/upstart/sessions',
      `echo "pid:[1] $$ ${boot}" > $own/owner`,
      'echo UPSTART_SESSION=unix:path=/theirs > $XDG_RUNTIME_DIR/upstart/sessions/$$.session',
    ].join('; '),
    renamed: true,
  });
  const theirs = join(init.runtime, `upstart/init-${init.pid}`);
  expect(dirname(init.socket)).toMatch(new RegExp(`^${theirs}-\\w{6}$`));
  await init.hears('This folder belongs to somebody else');
  expect(init.said.match(/This folder belongs to somebody else/g)).toHaveLength(1);
  await expectStateKept(init, () => {});
  await init.hears('This folder belongs to somebody else');
  expect(init.said.match(/This folder belongs to somebody else/g)).toHaveLength(1);
  const own = dirname(init.socket);
  await init.end();
  expect([existsSync(own), readdirSync(theirs)]).toEqual([false, ['owner']]);
  expect(readdirSync(init.sessionFiles)).toEqual([`${init.pid}.session`]);
});

/** Removes a folder with its contents. Init may recreate a file at the same moment: then the folder is not empty, and the removal is retried. */
async function removeWhole(path: string): Promise<void> {
  await eventually(`${path} is removed`, () => {
    try {
      rmSync(path, { recursive: true });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOTEMPTY') return false;
      throw error;
    }
  });
}

it('are made again when somebody has removed them, and what they held is saved again', async () => {
  const init = await start({ jobs: JOBS });
  const sessionFile = join(init.sessionFiles, `${init.pid}.session`);
  const removals: readonly [what: string, path: string][] = [
    ['the socket', init.socket],
    ['the session file', sessionFile],
    ['the folder of session files', init.sessionFiles],
    ['the state', join(dirname(init.socket), 'state')],
    ['the run-time folder', dirname(init.socket)],
    ['all that is ours', join(init.runtime, 'upstart')],
  ];
  for (const [what, path] of removals) {
    await removeWhole(path);
    const isBack = () => existsSync(path) && existsSync(sessionFile) && existsSync(init.socket);
    // The pauses grow for a folder that is removed repeatedly.
    await eventually(`${what} is there again`, isBack);
    await eventually('init answers', async () => (await init.run('initctl', 'version')).status === 0);
  }
  await init.hears('Removed by somebody, and made again');
  expect(init.said.match(/Removed by somebody, and made again/g)).toHaveLength(1);
  await expectStateKept(init, () => {});
});
