/** `upstart history`: causes and callers of what really happened; and `simulate boot` says beforehand in which order. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HistoryEntry, SimulationResult } from '../../packages/protocol/src/index.ts';
import { processesWith } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { SessionInit } from './session-init.ts';

const JOBS = {
  db: 'start on startup\npre-start exec true\nexec sleep 1000\n',
  web: 'start on started db\nstop on stopping db\npost-start exec true\nexec sleep 1000\n',
  seed: 'start on started web\ntask\nexec true\n',
  last: 'start on stopped seed and started web\nexec sleep 1000\n',
  late: 'start on midnight\nexec sleep 1000\n',
};

let session: SessionInit;
const history = async (...args: string[]): Promise<HistoryEntry[]> =>
  JSON.parse((await session.run('upstart', 'history', '--json', ...args)).stdout) as HistoryEntry[];

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
  await session.run('initctl', 'stop', 'web');
  const [entry] = (await history('web')).filter((each) => each.kind === 'goal').slice(-1);
  expect(entry).toMatchObject({
    kind: 'goal',
    to: 'stop',
    cause: {
      kind: 'request',
      request: 'stop',
      peer: { uid: process.getuid?.(), name: 'initctl', parent: { pid: process.pid } },
    },
  });
  // A command that runs by itself, not in the daemon, has its own name, too.
  await session.run('upstart', '--user', 'start', 'web');
  const [started] = (await history('web')).filter((each) => each.kind === 'goal').slice(-1);
  expect(started).toMatchObject({
    cause: { request: 'start', peer: { name: 'upstart', parent: { pid: process.pid } } },
  });
  await session.run('initctl', 'stop', 'web');
  const { stdout } = await session.run('upstart', 'history', 'web', '-n', '1');
  expect(stdout).toMatch(/ web {2}stopped\n$/);
});

it('the history is kept when the daemon is killed', async () => {
  const before = await history('-n', '1000');
  const daemon = (): number | undefined =>
    processesWith(`HOME=${session.home}`).find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('daemon.js'),
    );
  const pid = daemon();
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  expect((await history('-n', '1000')).slice(0, before.length)).toEqual(before);
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
