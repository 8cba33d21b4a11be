/** The job that introductions to Upstart begin with, exactly as they print it. `expect fork` does not fit it. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { childrenOf, isRunning } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

const TUTORIAL = `description "Our test job"

start on runlevel [2345]
stop on runlevel [!2345]

expect fork
respawn

script
    logger -f /var/log/syslog "Hello world $(date)"
end script
`;

/** A `logger` that reads its input and adds nothing to this machine's log. */
const commands = mkdtempSync(join(tmpdir(), 'logger-'));
afterAll(() => rmSync(commands, { recursive: true, force: true }));
writeFileSync(join(commands, 'logger'), '#!/bin/sh\nexec /usr/bin/logger --no-act "$@"\n');
chmodSync(join(commands, 'logger'), 0o755);

async function started(jobs: Record<string, string>): Promise<Session> {
  const wrapper = ['env', `PATH=${commands}:${process.env.PATH}`];
  const session = await Session.start({ jobs, wrapper, options: ['--verbose'] });
  onTestFinished(() => session.kill());
  return session;
}

const statusOf = async (session: Session) => (await session.run('status', 'test')).stdout.trim();

test('it is accepted, starts, respawns until the limit, and explains itself', async () => {
  const session = await started({});
  // Ten respawns may take a slow machine more than five seconds.
  writeFileSync(join(session.conf, 'test.override'), 'respawn limit 10 600\n');
  session.job('test', TUTORIAL);
  const path = join(session.conf, 'test.conf');
  expect(await session.run('init-checkconf', path)).toMatchObject({ status: 0, stdout: `File ${path}: syntax ok\n` });
  const start = await session.run('start', 'test');
  expect(start).toMatchObject({ status: 0, stderr: '' });
  // Its first process may have ended by then.
  expect(start.stdout).toMatch(/^test (start|stop)\/\S+/);
  await eventually('the respawn limit ends it', async () => (await statusOf(session)) === 'test stop/waiting');
  await session.hears('test main process ended, respawning', 10);
  await session.hears('test respawning too fast, stopped');
  const [, original, followed] = /main process \((\d+)\) became new process \((\d+)\)/.exec(session.said) ?? [];
  expect(followed).not.toBe(original);
  expect(session.said.match(/test main process ended, respawning/g)).toHaveLength(10);
  const { stdout } = await session.run('initctl', 'explain', 'test');
  expect(stdout).toMatch(/respawning too fast: main process \(\d+\) /);
  expect(stdout).toMatch(/`expect fork` made the job follow process \d+, a child of process \d+ that ended early/);
  expect(stdout).toContain('`expect fork` does not fit');
  expect(stdout).toMatch(/after (it was respawned 10 times|10 respawns)/);
  expect(await session.run('stop', 'test')).toMatchObject({ status: 1, stderr: 'stop: Unknown instance: \n' });
});

test('stop answers at whatever moment it comes, and leaves no process', async () => {
  const session = await started({ test: TUTORIAL });
  for (let round = 0; round < 30; round++) {
    const start = session.run('start', 'test');
    const stop = (await Promise.all([start, session.run('stop', 'test')]))[1];
    expect([0, 1]).toContain(stop.status);
    const last = await session.run('stop', 'test');
    expect(last.stdout + last.stderr).toMatch(/^(test stop\/waiting|stop: Unknown instance: )\n$/);
    expect(await statusOf(session)).toBe('test stop/waiting');
  }
});

/** The same, with a shell that waits for its child for so long that there is time to look. */
test('the end of the followed process is noticed although the shell reaps it and lives on', async () => {
  const slow = TUTORIAL.replace('respawn\n', '').replace(/logger .*/, 'A=$(date); exec sleep 1000');
  const session = await started({ test: slow });
  await session.run('start', 'test');
  await eventually('the end is noticed', async () => (await statusOf(session)) === 'test stop/waiting');
  await session.hears(/test main process \(\d+\) exited normally/);
  const stop = await session.run('stop', 'test');
  expect(stop).toMatchObject({ status: 1, stderr: 'stop: Unknown instance: \n' });
  const left = childrenOf(session.pid).filter((pid) => pid !== session.daemon() && pid !== session.logger());
  expect(left.filter(isRunning)).toHaveLength(1);
});
