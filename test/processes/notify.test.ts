/** Programs that say that they are ready, as they are: those of systemd, of s6, and a daemon of the distribution. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandLineOf } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { removeFolder } from '../remove-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'notify-'));
const at = (name: string): string => join(folder, name);
const goes = (name: string): void => writeFileSync(at(name), '');
/** A line of shell that waits for a file. */
const waits = (name: string): string => `while [ ! -e ${at(name)} ]; do sleep 0.01; done`;

/** Says what its arguments are, by libsystemd, and then sleeps. */
const LIBSYSTEMD = `
import ctypes, sys, time
sd = ctypes.CDLL('libsystemd.so.0')
for text in sys.argv[1:]:
    if sd.sd_notify(0, text.encode()) <= 0: sys.exit(3)
time.sleep(1000)
`;
/** Has a watchdog: says that it lives, twice as often as it has to, until the file is there. */
const FED = `
import ctypes, os, sys, time
sd = ctypes.CDLL('libsystemd.so.0')
us = ctypes.c_uint64()
if sd.sd_watchdog_enabled(0, ctypes.byref(us)) <= 0: sys.exit(4)
sd.sd_notify(0, b'READY=1')
while not os.path.exists(sys.argv[1]):
    sd.sd_notify(0, b'WATCHDOG=1')
    time.sleep(us.value / 2e6)
time.sleep(1000)
`;
/** Reloads at SIGHUP, when the file is there. */
const RELOADS = `
import ctypes, os, signal, sys, time
sd = ctypes.CDLL('libsystemd.so.0')
def reload(*_):
    sd.sd_notify(0, b'RELOADING=1')
    while not os.path.exists(sys.argv[1]): time.sleep(0.01)
    sd.sd_notify(0, b'READY=1\\nSTATUS=reloaded')
signal.signal(signal.SIGHUP, reload)
sd.sd_notify(0, b'READY=1')
while True: time.sleep(1000)
`;

const works = (...words: [string, ...string[]]): boolean => {
  const [program, ...rest] = words;
  return spawnSync(program, rest).status === 0;
};
const HAS_SYSTEMD_NOTIFY = works('systemd-notify', '--version');
const HAS_LIBSYSTEMD = works('python3', '-c', "import ctypes; ctypes.CDLL('libsystemd.so.0')");
const REDIS = '/usr/bin/redis-server';

let session: Session;
beforeAll(async () => {
  for (const [name, text] of Object.entries({ says: LIBSYSTEMD, fed: FED, reloads: RELOADS }))
    writeFileSync(at(`${name}.py`), text);
  const python = (name: string, ...words: string[]): string =>
    `exec python3 ${at(`${name}.py`)} ${words.map((word) => `"${word}"`).join(' ')}`;
  session = await Session.start({
    jobs: {
      script: `expect notify\nnotify access all\nscript\n${waits('script')}\nsystemd-notify --ready --status='all is well'\nexec sleep 1000\nend script\n`,
      after: 'start on started script\nexec sleep 1000\n',
      library: `expect notify\n${python('says', 'STATUS=it works', 'READY=1')}\n`,
      deaf: `expect notify\nready timeout 3\n${python('says', 'STATUS=cannot read the file')}\n`,
      fed: `respawn\nexpect notify\nwatchdog 1\n${python('fed', at('hungry'))}\n`,
      reloads: `expect notify\n${python('reloads', at('reload'))}\n`,
      s6: `expect fd 3\nscript\n${waits('s6')}\necho >&3\nexec 3>&-\nexec sleep 1000\nend script\n`,
      closed: 'expect fd 3\nscript\nexec 3>&-\nexec sleep 1000\nend script\n',
      redis: `expect notify\nexec ${REDIS} --port ${await freePort()} --bind 127.0.0.1 --save '' --dir ${folder} --supervised systemd --daemonize no\n`,
      survives: `expect notify\nnotify access all\nscript\n${waits('survives')}\nsystemd-notify READY=1\nexec sleep 1000\nend script\n`,
      child: `expect notify\nready timeout 3\nscript\npython3 ${at('says.py')} READY=1 &\nwait\nend script\n`,
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

/** Starts the job until it has said in its time what it has to say; each start fails. The value: what explains the last one. */
const failsWith = (job: string, said: RegExp): Promise<string> =>
  eventually(`${job} says ${said} in time`, async () => {
    const { status: exit, stderr } = await session.run('start', job);
    expect([exit, stderr]).toEqual([1, 'start: Job failed to start\n']);
    const explained = await explain(job);
    return said.test(explained) && explained;
  });

describe('systemd-notify', () => {
  beforeEach(({ skip }) => skip(!HAS_SYSTEMD_NOTIFY, 'systemd-notify is not installed'));

  it('makes a job ready, which others wait for, and tells its status', async () => {
    const started = session.run('start', 'script');
    await eventually('it waits', async () => (await explain('script')).includes('READY=1'));
    expect(await status('after')).toBe('after stop/waiting');
    goes('script');
    expect((await started).stdout).toMatch(/^script start\/running, process \d+\n$/);
    await eventually('the other one runs', async () => (await status('after')) === 'after start/running');
    expect(await explain('script')).toContain('its main process says: all is well');
    expect((await session.run('upstart', 'ps', 'script')).stdout).toContain('says: all is well');
  });

  it('loses nothing when the daemon dies before it speaks', async () => {
    const started = session.run('start', 'survives');
    await eventually('it waits', async () => (await explain('survives')).includes('READY=1'));
    const daemon = session.daemon() as number;
    process.kill(daemon, 'SIGSTOP');
    goes('survives');
    // It waits until init has taken the message.
    await eventually('it has spoken', () =>
      session.processesOf('survives').some((pid) => commandLineOf(pid).includes('1000')),
    );
    process.kill(daemon, 'SIGKILL');
    expect((await started).stdout).toMatch(/^survives start\/running, process \d+\n$/);
  });
});

describe('libsystemd', () => {
  beforeEach(({ skip }) => skip(!HAS_LIBSYSTEMD, 'there is no python3 with libsystemd'));

  it('makes a job ready', async () => {
    expect((await session.run('start', 'library')).stdout).toMatch(/^library start\/running, process \d+\n$/);
    expect(await explain('library')).toContain('its main process says: it works');
  });

  it('fails a start that it does not finish, with its last words', async () => {
    const explained = await failsWith('deaf', /cannot read the file/);
    expect(explained).toContain('never came: its main process says READY=1');
  });

  it('counts from the main process alone', async () => {
    await failsWith('child', /was sent a message by process \d+, which is refused/);
  });

  it('keeps a watchdog quiet, and a process that does not is replaced', async () => {
    const main = async (): Promise<string> => (await session.run('status', 'fed')).stdout;
    const first = (await session.run('start', 'fed')).stdout;
    expect(first).toMatch(/^fed start\/running, process \d+\n$/);
    goes('hungry');
    await eventually('another one runs', async () => /running, process/.test(await main()) && (await main()) !== first);
    expect(await explain('fed')).toContain('respawn');
  });

  it('has `reload` wait until the reload is over', async () => {
    await session.run('start', 'reloads');
    const reloaded = session.run('reload', 'reloads');
    await eventually('it reloads', async () => /; reloads$/m.test(await explain('reloads')));
    goes('reload');
    expect((await reloaded).status).toBe(0);
    // One that begins half a second after the signal is not waited for.
    await eventually('it has reloaded', async () =>
      (await explain('reloads')).includes('its main process says: reloaded'),
    );
  });
});

describe('a pipe', () => {
  it('makes a job ready by a newline', async () => {
    const started = session.run('start', 's6');
    await eventually('it waits', async () => (await explain('s6')).includes('writes a newline to descriptor 3'));
    goes('s6');
    expect((await started).stdout).toMatch(/^s6 start\/running, process \d+\n$/);
  });

  it('fails the start when it is closed without one', async () => {
    expect((await session.run('start', 'closed')).stderr).toBe('start: Job failed to start\n');
    expect(await explain('closed')).toContain('closed descriptor 3 without a newline');
  });
});

it('is enough for redis-server --supervised systemd', async ({ skip }) => {
  skip(!existsSync(REDIS), 'redis-server is not installed');
  expect((await session.run('start', 'redis')).stdout).toMatch(/^redis start\/running, process \d+\n$/);
  expect(await explain('redis')).toContain('Ready to accept connections');
  expect((await session.run('stop', 'redis')).stdout).toBe('redis stop/waiting\n');
});
