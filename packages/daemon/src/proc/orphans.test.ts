import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { MAX_ORPHANS, Orphans } from './orphans.ts';
import { processIds, readFacts } from './processes.ts';

/** A slow machine may take longer to answer than the daemon waits for a blocked file. */
const PATIENCE_MS = 600_000;

/**
 * A child of this process, which stands for init; it has its own environment once it has output something. It becomes no other program: in
 * the middle of an exec it would have none.
 */
async function child(env: Record<string, string>, detached = false): Promise<ChildProcess & { pid: number }> {
  const process = spawn('/bin/sh', ['-c', 'echo; read -r word'], {
    env,
    detached,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // The next test has none of them.
  onTestFinished(async () => {
    process.kill('SIGKILL');
    await eventually(() => process.exitCode !== null || process.signalCode !== null);
  });
  await once(process.stdout, 'data');
  return process as ChildProcess & { pid: number };
}

test('are children of init that it does not supervise, and belong to a job', async () => {
  const supervised = new Set<number>();
  const orphans = new Orphans(process.pid, () => supervised, PATIENCE_MS);
  const mine = await child({ UPSTART_JOB: 'web', UPSTART_INSTANCE: 'x', UPSTART_SESSION: 'unix:a' }, true);
  const known = await child({ UPSTART_JOB: 'web', UPSTART_INSTANCE: '' });
  await child({ HOME: '/' });
  supervised.add(known.pid);
  const [found, ...others] = await orphans.find();
  expect(others).toEqual([]);
  expect(found).toMatchObject({ job: 'web', instance: 'x', session: 'unix:a', pid: mine.pid, leader: mine.pid });
  expect(found?.started).toBe(readFacts(mine.pid)?.started);
  expect(found?.argv.join(' ')).toMatch(/read -r word$/);
  mine.kill('SIGKILL');
  await once(mine, 'exit');
  expect(await orphans.find()).toEqual([]);
});

test('are no processes of which init hears in the meantime', async () => {
  const late = await child({ UPSTART_JOB: 'web' });
  let looks = 0;
  const supervised = () => new Set(looks++ === 0 ? [] : [late.pid]);
  expect(await new Orphans(process.pid, supervised, PATIENCE_MS).find()).toEqual([]);
});

test('are looked for once for all who ask at a time, and then anew', async () => {
  let looks = 0;
  const orphans = new Orphans(process.pid, () => {
    looks++;
    return new Set();
  });
  const all = await Promise.all([orphans.find(), orphans.find(), orphans.find()]);
  expect(looks).toBe(2);
  expect(all[0]).toBe(all[2]);
  await orphans.find();
  expect(looks).toBe(4);
});

test('are so many at most', async () => {
  const env = { UPSTART_JOB: 'web' };
  const shell = spawn('/bin/sh', ['-c', `for i in $(seq ${MAX_ORPHANS + 5}); do sleep 1000 & done; echo; wait`], {
    env: { ...env, PATH: '/usr/bin:/bin' },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { pid } = shell;
  if (pid === undefined) throw new Error('no shell');
  onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
  await once(shell.stdout, 'data');
  // A process in the middle of its exec has no environment to read, though it has the name of the program.
  const fileOf = (child: number, name: string) => readFileSync(`/proc/${child}/${name}`, 'utf8');
  const executed = () =>
    processIds().filter(
      (child) =>
        readFacts(child)?.parent === pid && fileOf(child, 'comm') === 'sleep\n' && fileOf(child, 'environ') !== '',
    );
  await eventually(() => executed().length === MAX_ORPHANS + 5);
  expect((await new Orphans(pid, () => new Set(), PATIENCE_MS).find()).length).toBe(MAX_ORPHANS);
});
