/** The source `local` in a session, beside the sources that init runs: while some job names its event. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { daemonWith } from '../chaos/proc.ts';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';

/** Resolves with whether the line was written to the end of the connection. */
function say(path: string, line: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => socket.end(line));
    socket.on('error', () => resolve(false));
    socket.on('close', (failed) => resolve(!failed));
    socket.resume();
  });
}

test('its options are checked where the command line names it', async () => {
  const session = await SessionInit.start();
  onTestFinished(async () => {
    await session.end();
    session.remove();
  });
  for (const [words, text] of [
    [['local'], 'Must specify event name'],
    [['--event=x', 'local'], 'Must specify socket path'],
    [['--event=x', '--path=y', 'file', 'local'], 'Invalid path y'],
  ] as const) {
    const { status, stderr } = await session.run('upstart-bridge', '--user', ...words);
    expect([status, stderr.split('\n')[0]]).toEqual([1, `upstart-bridge: ${text}`]);
  }
});

test('lines become events of the session, over a restart of its daemon', async () => {
  const job = 'start on property key=1\ntask\nexec sh -c \'echo "$CLIENT_UID $CLIENT_PID" >> $HOME/heard\'\n';
  const session = await SessionInit.start({ jobs: { job } });
  onTestFinished(async () => {
    await session.end();
    session.remove();
  });
  const path = join(session.runtime, 'property');
  const bridge = spawn(
    join(session.product.bin, 'upstart-bridge'),
    ['--user', '--event=property', `--path=${path}`, 'local'],
    { env: { ...process.env, UPSTART_SESSION: session.address }, stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => bridge.on('exit', resolve));
  const file = join(session.home, 'heard');
  const heard = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  await eventually('it listens', () => existsSync(path) && say(path, ''));
  await say(path, 'other=1\nkey=2\nkey=1\n');
  await eventually('the job runs once', () => heard() === `${process.getuid?.()} ${process.pid}\n`);
  // An event that comes while a task runs does not start it again.
  await eventually('it has ended', async () => (await session.run('status', 'job')).stdout === 'job stop/waiting\n');
  await session.run('initctl', 'emit', 'property', 'key=1');
  process.kill(daemonWith(`HOME=${session.home}`) as number, 'SIGKILL');
  await say(path, 'key=1\n');
  await eventually('and again', () => heard().split('\n').length === 4);
  bridge.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(existsSync(path)).toBe(false);
});
