/** `--timeout` against a real init: through the launcher, and under Node. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionInit } from './session-init.ts';

let session: SessionInit;

beforeAll(async () => {
  session = await SessionInit.start({
    jobs: {
      web: 'exec sleep 1000\n',
      slow: 'start on starting web\ntask\nexec sleep 1000\n',
      // Started once it is deaf.
      stubborn:
        "expect stop\nkill timeout 600\nscript\ntrap '' TERM\nkill -STOP $$\nwhile :; do sleep 0.05; done\nend script\n",
      held: 'start on up\ntask\nexec sleep 1000\n',
      quick: 'exec sleep 1000\n',
    },
  });
});
afterAll(async () => {
  await session?.end('SIGKILL');
  session?.remove();
});

describe.each([
  ['in the daemon', [] as string[]],
  ['under Node', ['--user']],
])('a command that runs %s', (_where, more) => {
  it('that is done in time is not troubled', async () => {
    const { status, stdout, stderr } = await session.run('start', 'quick', '--timeout=60', ...more);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^quick start\/running, process \d+\n$/);
    expect((await session.run('stop', 'quick', '--timeout', '60', ...more)).stdout).toBe('quick stop/waiting\n');
  });

  it('start: gives up, says where the job is, and leaves it to it', async () => {
    const { status, stdout, stderr } = await session.run('start', 'web', '--timeout=1', ...more);
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'start: Timed out after 1 second; still in progress: web start/starting\n',
    });
    expect((await session.run('status', 'web')).stdout).toBe('web start/starting\n');
    await session.run('stop', '-n', 'web');
    await session.run('stop', 'slow');
    await session.run('initctl', 'emit', 'settle');
    expect((await session.run('status', 'web')).stdout).toBe('web stop/waiting\n');
  });

  it('stop and emit: the same', async () => {
    await session.run('start', 'stubborn');
    const { status, stderr } = await session.run('stop', 'stubborn', '--timeout=1', ...more);
    expect(stderr).toMatch(/^stop: Timed out after 1 second; still in progress: stubborn stop\/killed, process \d+\n$/);
    expect(status).toBe(1);
    const emitted = await session.run('initctl', 'emit', 'up', '--timeout=1', ...more);
    expect(emitted.stderr).toBe('initctl: Timed out after 1 second; still in progress: event up\n');
    expect(emitted.status).toBe(1);
    expect((await session.run('status', 'held')).stdout).toMatch(/^held start\/running, process \d+\n$/);
    await session.run('stop', 'held');
    const pid = Number(/process (\d+)/.exec((await session.run('status', 'stubborn')).stdout)?.[1]);
    process.kill(pid, 'SIGKILL');
    await session.run('initctl', 'emit', 'settle');
  });
});
