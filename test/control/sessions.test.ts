/** Session inits: reference control §7. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { run } from '../session/product.ts';
import { SessionInit, type SessionSettings } from './session-init.ts';

const sessions: SessionInit[] = [];

async function start(settings: SessionSettings = {}): Promise<SessionInit> {
  const session = await SessionInit.start(settings);
  sessions.push(session);
  return session;
}

afterEach(async () => {
  for (const session of sessions) await session.end();
  for (const session of sessions.splice(0)) session.remove();
});

const SERVICE = 'exec sleep 1000\n';

describe('several sessions at once', () => {
  it('know nothing of each other, and each is found by its address', async () => {
    const first = await start({ jobs: { web: SERVICE } });
    const second = await start({ beside: first });
    expect((await first.run('start', 'web')).status).toBe(0);
    expect((await first.run('status', 'web')).stdout).toMatch(/^web start\/running, process \d+\n$/);
    expect((await second.run('status', 'web')).stdout).toBe('web stop/waiting\n');
    const { stdout } = await first.run('initctl', 'list-sessions');
    // The one that the caller names has the address by which it does.
    const lines = [`${first.pid} ${first.env.UPSTART_SESSION}`, `${second.pid} ${second.address}`];
    expect(stdout.trim().split('\n').sort()).toEqual(lines.sort());
    first.env.UPSTART_SESSION = first.address;
    expect((await first.run('status', 'web')).stdout).toMatch(/^web start\/running, process \d+\n$/);
    expect((await first.run('initctl', 'list-sessions')).stdout).toContain(`${first.pid} ${first.address}\n`);
  });

  it('leave no file behind when they end, and those that were killed are skipped', async () => {
    const first = await start();
    const second = await start({ beside: first });
    const third = await start({ beside: first });
    await second.end('SIGKILL');
    await third.end();
    const files = readdirSync(first.sessionFiles).sort();
    expect(files).toEqual([`${first.pid}.session`, `${second.pid}.session`].sort());
    const stale = join(first.sessionFiles, `${second.pid}.session`);
    const { stdout, status } = await first.run('initctl', 'list-sessions', '--verbose');
    expect(status).toBe(0);
    expect(stdout.trim().split('\n').sort()).toEqual(
      [`${first.pid} ${first.env.UPSTART_SESSION}`, `Ignoring stale session file: ${stale}`].sort(),
    );
    expect((await first.run('initctl', 'list-sessions')).stdout).toBe(`${first.pid} ${first.env.UPSTART_SESSION}\n`);
    expect(readdirSync(join(first.runtime, 'upstart'))).not.toContain(`init-${third.pid}`);
  });

  it('do not mind files of sessions that are none', async () => {
    const session = await start();
    writeFileSync(join(session.sessionFiles, '1.session'), 'NONSENSE\n');
    writeFileSync(join(session.sessionFiles, 'x.session'), 'UPSTART_SESSION=unix:path=/x\n');
    const { stdout } = await session.run('initctl', 'list-sessions');
    expect(stdout).toBe(`${session.pid} ${session.env.UPSTART_SESSION}\n`);
  });
});

describe('--user', () => {
  it('means the session that UPSTART_SESSION names, which is also the default', async () => {
    const session = await start({ jobs: { web: SERVICE } });
    expect((await session.run('initctl', '--user', 'status', 'web')).stdout).toBe('web stop/waiting\n');
    expect((await session.run('initctl', 'status', 'web')).stdout).toBe('web stop/waiting\n');
    session.env.UPSTART_SESSION = '';
    expect(await session.run('initctl', '--user', 'list')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: "initctl: UPSTART_SESSION isn't set in the environment. Unable to locate the Upstart instance.\n",
    });
  });

  it('is the session of the job inside a job', async () => {
    const jobs = { inner: 'task\nscript\ninitctl list | grep ^inner > $HOME/seen\nend script\n' };
    const session = await start({ jobs });
    session.env.PATH = `${session.product.bin}:${session.env.PATH}`;
    await session.run('initctl', 'set-env', `PATH=${session.env.PATH}`);
    expect((await session.run('start', 'inner')).stderr).toBe('');
    expect(readFileSync(join(session.home, 'seen'), 'utf8')).toMatch(/^inner start\/running, process \d+\n$/);
  });

  it('says what is wrong with an address', async () => {
    const session = await start();
    session.env.UPSTART_SESSION = 'tcp:host=elsewhere';
    const { stderr, status } = await session.run('initctl', 'list');
    expect(stderr).toBe(
      'initctl: Unable to connect to Upstart: UPSTART_SESSION is tcp:host=elsewhere, where unix:path=/PATH is expected\n',
    );
    expect(status).toBe(1);
  });
});

describe('the places of a session', () => {
  it('are those of the XDG variables, in their order of precedence', async () => {
    const session = await start({
      jobs: { both: 'description "mine"\nexec sleep 1000\n', mine: SERVICE },
    });
    const system = session.product.place('xdg/upstart', {
      'both.conf': 'description "theirs"\nexec false\n',
      'theirs.conf': SERVICE,
      'theirs.override': 'manual\n',
    });
    const old = session.product.place('home/.init', { 'old.conf': SERVICE });
    await session.run('initctl', 'reload-configuration');
    const names = async (): Promise<string> => (await session.run('initctl', 'list')).stdout.replace(/ .*$/gm, '');
    await eventually('jobs of all folders are known', async () =>
      /^both\nmine\nold\ntheirs\n$/.test((await names()).split('\n').filter(Boolean).sort().join('\n').concat('\n')),
    );
    const [both] = JSON.parse((await session.run('initctl', 'show-config', '--json', 'both')).stdout);
    expect(both).toMatchObject({ description: 'mine', path: join(session.home, '.config/upstart/both.conf') });
    expect([system, old].every((folder) => existsSync(folder))).toBe(true);
  });

  it('XDG_CONFIG_HOME and XDG_CACHE_HOME can be elsewhere', async () => {
    const first = await start({ jobs: { shout: 'task\nexec echo here I am\n' } });
    const second = await start({
      beside: first,
      env: {
        XDG_CONFIG_HOME: join(first.home, '.config'),
        XDG_CACHE_HOME: join(first.home, 'cache'),
        HOME: join(first.home, 'nowhere'),
      },
    });
    const isLogged = (path: string): Promise<true> => {
      const log = join(first.home, path);
      return eventually('it is logged', () => existsSync(log) && readFileSync(log, 'utf8') === 'here I am\r\n');
    };
    await second.run('start', 'shout');
    await isLogged('cache/upstart/shout.log');
    await first.run('start', 'shout');
    await isLogged('.cache/upstart/shout.log');
    const { stdout } = await first.run('initctl', 'log', 'shout');
    expect(stdout).toBe('here I am\n');
  });

  it('without a run-time folder there is no session file, and jobs know the address all the same', async () => {
    const first = await start();
    const addressFile = join(first.home, 'address');
    first.product.place('bare', {
      'tell.conf': `start on startup\nscript\necho $UPSTART_SESSION > ${addressFile}.new\nmv ${addressFile}.new ${addressFile}\nend script\n`,
    });
    const second = await start({
      beside: first,
      env: { XDG_RUNTIME_DIR: undefined },
      options: ['--confdir', join(first.product.folder, 'bare')],
      addressFile,
    });
    expect(second.env.UPSTART_SESSION).toBe(second.address);
    expect(second.socket).toMatch(/\/upstart-\d+-\d+\/control.sock$/);
    expect((await second.run('status', 'tell')).stdout).toMatch(/^tell /);
    expect(readdirSync(first.sessionFiles)).toEqual([`${first.pid}.session`]);
  });
});

describe('a client without an address', () => {
  const VERSION = /^init \(upstart [\d.]+\)\n$/;

  it('finds its only session, by the launcher and by Node', async () => {
    const session = await start({ jobs: { web: SERVICE } });
    const { UPSTART_SESSION: _, ...env } = session.env;
    const ask = (...words: string[]) => run(join(session.product.bin, 'initctl'), words, env);
    expect((await ask('status', 'web')).stdout).toBe('web stop/waiting\n');
    expect((await ask('--user', 'version')).stdout).toMatch(VERSION);
    expect((await run(join(session.product.bin, 'start'), ['web'], env)).stdout).toMatch(/^web start\/running/);
    expect((await ask('list-sessions')).stdout).toBe(`${session.pid} ${session.address}\n`);
  });

  it('gets a list of them, where there are several', async () => {
    const first = await start({ jobs: { web: SERVICE } });
    const second = await start({ beside: first });
    const { UPSTART_SESSION: _, ...env } = first.env;
    const { status, stdout, stderr } = await run(join(first.product.bin, 'stop'), ['web'], env);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^stop: You have several sessions, expected one of them in the environment:\n/);
    for (const { pid, address } of [first, second]) {
      expect(stderr).toContain(`\n  UPSTART_SESSION=${address} (init, process ${pid})\n`);
    }
    await second.end();
    expect((await run(join(first.product.bin, 'initctl'), ['version'], env)).stdout).toMatch(VERSION);
  });

  it('finds a session that has no run-time folder', async () => {
    const first = await start();
    const tmp = first.product.place('tmp');
    const conf = first.product.place('bare', {
      'tell.conf': 'start on startup\ntask\nexec sh -c \'echo "$UPSTART_SESSION" > $HOME/address\'\n',
    });
    const second = await start({
      ...{ beside: first, env: { XDG_RUNTIME_DIR: undefined, TMPDIR: tmp }, options: ['--confdir', conf] },
      addressFile: join(first.home, 'address'),
    });
    const { UPSTART_SESSION: address, ...env } = second.env;
    expect(address).toBe(second.address);
    expect(second.socket).toBe(`${tmp}/upstart-${process.getuid?.()}-${second.pid}/control.sock`);
    const ask = (...words: string[]) => run(join(second.product.bin, 'initctl'), words, env);
    await eventually('the task is over', async () => (await ask('status', 'tell')).stdout === 'tell stop/waiting\n');
    expect(await ask('list-sessions')).toMatchObject({ status: 0, stdout: `${second.pid} ${address}\n` });
  });
});

describe('init --user', () => {
  it('says first where it listens, once', async () => {
    const session = await start({ options: ['--unknown'] });
    const { address } = session;
    await eventually('it is logged', () => session.said.includes('--unknown'));
    expect(session.said.split('\n')[0]).toBe(
      `Session at ${address}; other shells reach it with: export UPSTART_SESSION=${address}`,
    );
  });

  it('is refused for folders that a session has already, unless that is allowed', async () => {
    const first = await start({ jobs: { web: SERVICE } });
    const again = (...options: string[]) =>
      run(join(first.product.bin, 'init'), ['--user', ...options], { ...first.env, UPSTART_SESSION: undefined });
    const { status, stderr } = await again();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^init: A session runs on the folders of this one \(.*\): UPSTART_SESSION=/);
    expect(stderr).toContain(`UPSTART_SESSION=${first.address} (init, process ${first.pid})`);
    expect(stderr).toContain('--allow-second');
    expect(readdirSync(join(first.runtime, 'upstart')).sort()).toEqual([`init-${first.pid}`, 'sessions']);
    // Other logs, or other jobs: that is meant.
    const other = await start({ beside: first, refusable: true, options: ['--logdir', first.product.place('logs')] });
    await other.end();
    await first.end('SIGKILL');
    const next = await start({ beside: first, refusable: true });
    expect((await next.run('status', 'web')).stdout).toBe('web stop/waiting\n');
  });
});
