/** `upstart history`: causes and callers of what really happened; and `simulate boot` says beforehand in which order. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryEntry, SimulationResult } from '../../packages/protocol/src/index.ts';
import { dbusAddress } from '../../packages/protocol/src/index.ts';
import { daemonWith } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { following } from '../session/following.ts';
import { SessionInit } from './session-init.ts';

const JOBS = {
  db: 'start on startup\npre-start exec true\nexec sleep 1000\n',
  web: 'start on started db\nstop on stopping db\npost-start exec true\nexec sleep 1000\n',
  seed: 'start on started web\ntask\nexec true\n',
  last: 'start on stopped seed and started web\nexec sleep 1000\n',
  ready: "expect stop\nscript\n  trap '' HUP USR1 40\n  kill -STOP $$\n  exec sleep 1000\nend script\n",
  late: 'start on midnight\nexec sleep 1000\n',
};

let session: SessionInit;
const history = async (...args: string[]): Promise<HistoryEntry[]> =>
  JSON.parse((await session.run('upstart', 'history', '--json', ...args)).stdout) as HistoryEntry[];

/** Of the daemon that runs now. */
function daemonPid(): number {
  const pid = daemonWith(`HOME=${session.home}`);
  if (pid === undefined) throw new Error('there is no daemon');
  return pid;
}

beforeAll(async () => {
  session = await SessionInit.start({ jobs: JOBS });
  await eventually('all have come up', async () =>
    /running, process \d/.test((await session.run('initctl', 'status', 'last')).stdout),
  );
});
afterAll(async () => {
  await session?.end();
  session?.remove();
});

/**
 * Init waits a moment for the kernel's answer about a caller, not longer: what a command has left in the history, once that names the
 * process. `act` is done until it does.
 */
const withPeer = (act: () => Promise<unknown>, last: () => Promise<HistoryEntry | undefined>): Promise<HistoryEntry> =>
  eventually('the history names the caller', async () => {
    await act();
    const entry = await last();
    return entry && 'cause' in entry && entry.cause.peer?.parent ? entry : null;
  });

const goalOf = ({ job, to, cause }: { job: string; to: string; cause: string }): string =>
  `${job} ${to} ${cause.replace(/ process \(\d+\)/g, ' process')}`;

it('a boot went as it is simulated: the same goals, in the same order, with the same causes', async () => {
  const folder = join(session.home, '.config/upstart');
  const { stdout } = await session.run('upstart', 'simulate', 'boot', '--confdir', folder, '--json');
  const { changes } = JSON.parse(stdout) as SimulationResult;
  const simulated = changes.flatMap((change) => (change.kind === 'goal' ? [goalOf(change)] : []));
  const entries = await history('-n', '1000');
  const real = entries.flatMap((entry) =>
    entry.kind === 'goal' ? [goalOf({ ...entry, cause: entry.cause.text })] : [],
  );
  expect(real).toEqual(simulated);
  expect(real.length).toBeGreaterThan(4);
  expect(entries.map(({ id }) => id)).toEqual(entries.map((_, i) => i + 1));
});

it('a request has the process that made it, and what has started that', async () => {
  const goal = async () => (await history('web')).filter((each) => each.kind === 'goal').at(-1);
  const restarted =
    (command: string, ...options: string[]) =>
    async (): Promise<void> => {
      await session.run('initctl', 'start', 'web');
      await session.run(command, ...options, 'stop', 'web');
    };
  expect(await withPeer(restarted('initctl'), goal)).toMatchObject({
    kind: 'goal',
    to: 'stop',
    cause: {
      kind: 'request',
      request: 'stop',
      peer: { uid: process.getuid?.(), name: 'initctl', parent: { pid: process.pid } },
    },
  });
  // A command that runs by itself, not in the daemon, has its own name, too.
  expect(await withPeer(restarted('upstart', '--user'), goal)).toMatchObject({
    cause: { request: 'stop', peer: { name: 'upstart', parent: { pid: process.pid } } },
  });
  const { stdout } = await session.run('upstart', 'history', 'web', '-n', '1');
  expect(stdout).toMatch(/ web {2}stopped\n$/);
});

it('each of many commands has its process, although all have ended before init asks the kernel', async () => {
  const COMMANDS = 50;
  const line = `k=0; while [ $k -lt ${COMMANDS} ]; do "$0" emit burst K=$k & k=$((k+1)); done; echo $$; wait`;
  const { stdout } = await session.call('sh', '-c', line, join(session.product.bin, 'initctl'));
  const shell = Number(stdout.trim());
  const peers = await eventually('the callers of all are known', async () => {
    const emitted = (await history('-n', '1000')).filter((each) => each.kind === 'event' && /^burst /.test(each.event));
    const all = emitted.map((each) => ('cause' in each ? each.cause.peer : undefined));
    return all.length === COMMANDS && !all.includes(undefined) && all;
  });
  expect(peers).toEqual(
    peers.map(() => ({
      ...{ pid: expect.any(Number), uid: process.getuid?.(), gid: process.getgid?.(), name: 'initctl' },
      // The shell may have gone as well.
      parent: { pid: shell, name: 'sh' },
    })),
  );
  expect(new Set(peers.map((peer) => peer?.pid)).size).toBe(COMMANDS);
});

describe('signals that clients send', () => {
  const peer = { uid: process.getuid?.(), parent: { pid: process.pid } };
  beforeAll(async () => void (await session.run('initctl', 'start', 'ready')));
  const sent = async () => (await history('ready')).filter(({ kind }) => kind === 'signal').at(-1);

  it.each([
    ['initctl reload ready', { signal: 'HUP', cause: { request: 'reload', peer: { ...peer, name: 'initctl' } } }],
    ['reload ready', { signal: 'HUP', cause: { request: 'reload', peer: { ...peer, name: 'reload' } } }],
    ['upstart reload ready', { signal: 'HUP', cause: { request: 'reload', peer: { ...peer, name: 'upstart' } } }],
    ['upstart kill ready -s USR1', { signal: 'USR1', cause: { request: 'kill', peer: { ...peer, name: 'upstart' } } }],
  ])('%s', async (line, expected) => {
    const [command, ...words] = line.split(' ') as [string, ...string[]];
    const send = async () => expect(await session.run(command, ...words)).toMatchObject({ status: 0 });
    expect(await withPeer(send, sent)).toMatchObject({ process: 'main', ...expected });
  });

  const hasDbusSend = spawnSync('dbus-send', ['--help']).error === undefined;
  it.skipIf(!hasDbusSend)('Reload of D-Bus', async () => {
    const address = dbusAddress(process.getuid?.() ?? 0, session.pid);
    const words = ['/com/ubuntu/Upstart/jobs/ready/_', 'com.ubuntu.Upstart0_6.Instance.Reload'];
    const send = async () => {
      const answer = await session.call('dbus-send', `--address=${address}`, '--print-reply', ...words);
      expect(answer).toMatchObject({ status: 0 });
    };
    expect(await withPeer(send, sent)).toMatchObject({
      ...{ signal: 'HUP', process: 'main' },
      cause: { kind: 'request', request: 'reload', peer: { ...peer, name: 'dbus-send' } },
    });
  });

  it('stand in lines for people, with the process that has started the command', async () => {
    const stdout = await eventually('both name their callers', async () => {
      await session.run('upstart', 'kill', 'ready', '-s', '40');
      await session.run('initctl', 'reload', 'ready');
      const shown = (await session.run('upstart', 'history', 'ready', '-n', '2')).stdout;
      return shown.match(/, pid /g)?.length === 2 && shown;
    });
    const by = `, uid ${peer.uid}, pid ${process.pid} \\(.+\\)`;
    expect(stdout.split('\n').map((line) => line.slice('2026-11-29 05:10:57.596  '.length))).toEqual([
      expect.stringMatching(`^ready  signal 40 sent to main process \\d+ by \`kill\`${by}$`),
      expect.stringMatching(`^ready  reload: HUP signal sent to main process \\d+ by \`reload\`${by}$`),
      '',
    ]);
  });
});

it('-f shows what happens from then on, over a new daemon, and only of the jobs that are meant', async () => {
  const all = following(session, 'history', '-f', '-n', '1');
  const some = following(session, 'history', 'la*', '-f', '--json');
  await eventually('both follow', () => all.lines().length === 1 && some.lines().length > 0);
  await session.run('initctl', 'start', 'late');
  await eventually('a start', () => all.lines().some((line) => /late +running$/.test(line)));
  await session.run('initctl', 'reload', 'late');
  await eventually('a signal', () => all.lines().some((line) => /late +reload: HUP signal/.test(line)));
  await session.run('initctl', 'emit', 'nothing-reacts', 'A=1');
  await eventually('an event', () => all.lines().some((line) => line.includes('nothing-reacts A=1 by `emit`')));
  process.kill(daemonPid(), 'SIGKILL');
  await session.run('initctl', 'stop', 'late');
  await eventually('a stop, told by the next daemon', () => all.lines().some((line) => /late +stopped$/.test(line)));
  expect(all.lines().filter((line) => /late +running$/.test(line))).toHaveLength(1);
  const entries = (): HistoryEntry[] => some.lines().map((line) => JSON.parse(line) as HistoryEntry);
  await eventually('the same in JSON', () =>
    entries().some((entry) => entry.kind === 'state' && entry.job === 'late' && entry.to === 'waiting'),
  );
  expect([...new Set(entries().map((entry) => ('job' in entry ? entry.job : 'event')))].sort()).toEqual([
    'last',
    'late',
  ]);
  expect(new Set(entries().map(({ id }) => id)).size).toBe(entries().length);
  expect(entries()).toEqual(await history('la*', '-n', '10000'));
  expect(await Promise.all([all.end(), some.end()])).toEqual([null, null]);
});

it('--since takes ages and times', async () => {
  const [first] = await history('-n', '10000');
  const ids = async (since: string): Promise<number[]> => (await history('--since', since)).map(({ id }) => id);
  const everything = await ids('1d');
  expect(everything[0]).toBe(first?.id);
  for (const since of [
    '1000h',
    '90000m',
    '90000min',
    '1.5d',
    '9000000s',
    '2020-01-01',
    '2020-01-01 00:00',
    '2020-01-01T00:00:00Z',
  ])
    expect({ since, ids: await ids(since) }).toEqual({ since, ids: everything });
  for (const since of ['0s', '2099-01-01', '2099-01-01 12:00:00']) expect(await ids(since)).toEqual([]);
  const middle = (await history('-n', '10000'))[5] as HistoryEntry;
  const since = new Date(middle.atMs).toISOString();
  expect((await ids(since))[0]).toBe((await history('-n', '10000')).find(({ atMs }) => atMs >= middle.atMs)?.id);
});

it('a job is found by a name of hundreds of characters', async () => {
  const job = `${'folder-of-jobs/'.repeat(15)}job`;
  const conf = join(session.home, '.config/upstart', `${job}.conf`);
  mkdirSync(dirname(conf), { recursive: true });
  session.job(job, 'task\nexec true\n');
  const instance = 'i'.repeat(300);
  session.job('many', 'instance $N\ntask\nexec true\n');
  await session.run('initctl', 'start', job);
  await session.run('initctl', 'start', 'many', `N=${instance}`);
  for (const words of [[job], ['folder*job'], ['many'], [`many/${instance}`]])
    expect({ words, kinds: (await history(...words)).map(({ kind }) => kind) }).toMatchObject({
      words,
      kinds: expect.arrayContaining(['goal', 'state', 'process', 'exit']),
    });
});

it('the history is kept when the daemon is killed', async () => {
  const before = await history('-n', '1000');
  process.kill(daemonPid(), 'SIGKILL');
  expect((await history('-n', '1000')).slice(0, before.length)).toEqual(before);
});

it('a request is there once, and names no other process, when the daemon is killed before it knows the caller', async () => {
  await session.run('start', 'late');
  for (const command of ['restart', 'stop', 'start']) {
    const [before] = (await history('-n', '1')).map(({ id }) => id);
    await session.run(command, 'late');
    process.kill(daemonPid(), 'SIGKILL');
    const entries = (await history('late', '-n', '1000')).filter(({ id }) => id > (before ?? 0));
    const ids = entries.map(({ id }) => id);
    expect([...new Set(ids)].sort((a, b) => a - b)).toEqual(ids);
    const asked = entries.flatMap((entry) =>
      entry.kind === 'goal' && entry.cause.kind === 'request' ? [entry.cause] : [],
    );
    // A restart is a stop and a start.
    expect(asked.map(({ request }) => request)).toEqual(Array(command === 'restart' ? 2 : 1).fill(command));
    for (const { peer } of asked) if (peer) expect(peer).toMatchObject({ name: command, parent: { pid: process.pid } });
  }
});

it('a word that no job fits is a mistake, unless the history has it', async () => {
  const { status, stderr } = await session.run('upstart', 'history', 'latte');
  expect([status, stderr]).toEqual([4, 'upstart: unknown job: latte; did you mean late?\n']);
  for (const words of [['late'], ['l*'], ['late/1'], ['db', '--since', '2099-01-01']])
    expect({ words, ...(await session.run('upstart', 'history', ...words)) }).toMatchObject({ words, status: 0 });
});

it('what makes no sense is a usage error', async () => {
  for (const words of [
    ['--since', 'soon'],
    ['-n', '0'],
    ['-n', 'x'],
  ]) {
    const { status, stderr } = await session.run('upstart', 'history', ...words);
    expect({ words, status }).toEqual({ words, status: 2 });
    expect(stderr).toContain('takes');
  }
});
