/** Pauses between respawns, settle times, forced stops and signals, with real processes, daemons that die, and a re-execution. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionError, connect, type JobStatus } from '../../packages/protocol/src/index.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

/** Notes that it does not mind TERM any more. */
const hang = (name: string): string =>
  `script\ntrap '' TERM\ntouch LEDGER/${name}\nwhile :; do sleep 1; done\nend script\n`;

let session: Session;
beforeAll(async () => {
  session = await Session.start({
    options: ['--verbose'],
    jobs: {
      pauses: 'respawn\nrespawn delay 3600\nexec false\n',
      short: 'respawn\nrespawn delay 0.001\nrespawn reset 60\nrespawn limit unlimited\nexec false\n',
      alarm: 'start on flapping JOB=short\nexec sleep 1000\n',
      settles: 'ready after 3600\nexec sleep 1000\n',
      soon: 'ready after 0.2\nexec sleep 1000\n',
      dies: 'ready after 3600\nexec false\n',
      hangs: `kill timeout 1\npre-stop ${hang('hangs')}exec sleep 1000\n`,
      cleans: `kill timeout 1\npost-stop ${hang('cleans')}exec sleep 1000\n`,
      takes: 'exec sleep 1000\n',
    },
  });
});
afterAll(() => session?.kill());

const status = async (job: string): Promise<string> => (await session.run('status', job)).stdout.trim();
const upstart = (...args: string[]) => session.run('upstart', ...args);

/** The job and its only instance, with details. */
async function details(job: string): Promise<JobStatus> {
  const [found] = JSON.parse((await upstart('status', job, '--json')).stdout) as JobStatus[];
  return found as JobStatus;
}

async function killDaemon(): Promise<void> {
  const daemon = session.daemon();
  if (daemon === null) throw new Error('there is no daemon');
  process.kill(daemon, 'SIGKILL');
  await eventually('another daemon is there', () => ![null, daemon].includes(session.daemon()));
}

/** As `telinit u` does: there is no answer, the connection ends with the daemon. */
async function replaceInit(): Promise<void> {
  const path = (session.env.UPSTART_SESSION ?? '').replace('unix:path=', '');
  const client = await connect({ path });
  await expect(client.call('reexecute', {})).rejects.toThrow(ConnectionError);
  client.close();
}

describe('a pause before a respawn', () => {
  it('lasts through deaths of the daemon and a re-execution, and says when it ends', async () => {
    await session.run('start', 'pauses');
    await eventually('it pauses', async () => (await status('pauses')) === 'pauses start/post-stop');
    const before = (await details('pauses')).instances[0]?.series;
    expect(before).toEqual({ count: 1, since: expect.any(Number), next: expect.any(Number) });
    await killDaemon();
    expect((await details('pauses')).instances[0]?.series).toEqual(before);
    session.installAgain();
    const daemon = session.daemon();
    await replaceInit();
    await eventually('init was replaced', () => ![null, daemon].includes(session.daemon()));
    expect(await status('pauses')).toBe('pauses start/post-stop');
    expect((await details('pauses')).instances[0]?.series).toEqual(before);
    expect((await upstart('explain', 'pauses')).stdout).toMatch(
      /pauses before its next respawn, which comes in \d+ minutes[\s\S]*respawned: once; the next try comes in \d+ minutes$/m,
    );
  });

  it('is skipped by a restart, and ended by a stop', async () => {
    await session.run('restart', 'pauses');
    await eventually('it has tried again', async () => (await details('pauses')).instances[0]?.series?.count === 2);
    expect(await session.run('stop', 'pauses')).toMatchObject({ status: 0, stdout: 'pauses stop/waiting\n' });
  });

  it('that is short makes a job flap, which an event tells once', async () => {
    await session.run('start', 'short');
    await eventually('the event has come', async () => (await status('alarm')).startsWith('alarm start/running'));
    const [row] = JSON.parse((await upstart('ps', '--failed', '--json')).stdout) as { job: string; why: string }[];
    expect(row).toMatchObject({ job: 'short', health: 'flapping' });
    const { stdout } = await upstart('explain');
    expect(stdout).toMatch(
      /^short respawns again and again: respawned \d+ times.*; its main process exited with status 1$/m,
    );
    await session.run('stop', 'short');
    expect(session.said.match(/Handling flapping event/g)?.length ?? 1).toBe(1);
  });
});

describe('ready after', () => {
  it('has a start wait for it, or fail with the process', async () => {
    expect((await session.run('start', 'soon')).stdout).toMatch(/^soon start\/running, process \d+\n$/);
    const failed = await session.run('start', 'dies');
    expect([failed.status, failed.stderr]).toEqual([1, 'start: Job failed to start\n']);
    const { stdout } = await session.run('initctl', 'explain', 'dies');
    expect(stdout).toContain('did not live for 3600 seconds, as `ready after` expects');
  });

  it('lasts through the death of the daemon, and does not delay a stop', async () => {
    await session.run('start', '--no-wait', 'settles');
    await eventually('it settles', async () => (await status('settles')).startsWith('settles start/spawned, process'));
    await killDaemon();
    expect(await status('settles')).toMatch(/^settles start\/spawned, process/);
    expect((await session.run('stop', 'settles')).stdout).toBe('settles stop/waiting\n');
  });
});

describe('a stop with --force', () => {
  it('ends a hook that a stop waits for already, by KILL if it has to', async () => {
    await session.run('start', 'hangs');
    const plain = session.run('stop', 'hangs');
    await eventually('it hangs', () => existsSync(join(session.ledger, 'hangs')));
    expect(await status('hangs')).toContain('stop/pre-stop');
    const forced = upstart('stop', 'hangs', '--force');
    expect(await forced).toMatchObject({ status: 0, stdout: 'hangs stop/waiting\n' });
    expect(await plain).toMatchObject({ status: 0, stdout: 'hangs stop/waiting\n' });
    await session.hears(/hangs pre-stop process \(\d+\) had its time \(forced stop\): sending TERM signal/);
    await session.hears(/hangs pre-stop process \(\d+\) had its time \(forced stop\): sending KILL signal/);
  });

  it('lasts through the death of the daemon', async () => {
    const isDeaf = (): boolean => existsSync(join(session.ledger, 'cleans'));
    // A hook that stands still for its second before it is deaf ends by TERM.
    const { forced } = await eventually('it hangs in time', async () => {
      await session.run('start', 'cleans');
      const forced = upstart('stop', 'cleans', '--force');
      const hangs = await Promise.race([eventually('the hook is deaf', isDeaf), forced.then(isDeaf)]);
      return hangs && { forced };
    });
    await killDaemon();
    expect(await forced).toMatchObject({ status: 0, stdout: 'cleans stop/waiting\n' });
  });
});

describe('kill', () => {
  it('sends a signal, to which the job reacts as ever', async () => {
    await session.run('start', 'takes');
    expect(await upstart('kill', 'takes', '--signal', 'KIL')).toMatchObject({
      status: 2,
      stderr: "upstart: unknown signal: KIL; did you mean KILL?\nTry `upstart kill --help' for more information.\n",
    });
    expect(await upstart('kill', 'takes', '--hook')).toMatchObject({
      status: 3,
      stderr: 'upstart: takes has no hook that runs\n',
    });
    expect(await upstart('kill', 'takes', '-s', 'KILL')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    await eventually('it has ended', async () => (await status('takes')) === 'takes stop/waiting');
    expect((await session.run('initctl', 'explain', 'takes')).stdout).toContain('was killed by the KILL signal');
    expect(await upstart('kill', 'takes')).toMatchObject({ status: 3, stderr: 'upstart: takes is not running\n' });
  });

  it('reaches a hook that hangs', async () => {
    await session.run('start', 'hangs');
    const stop = session.run('stop', 'hangs');
    await eventually('it hangs', async () => (await status('hangs')).includes('stop/pre-stop'));
    await upstart('kill', 'hangs', '--hook', '--signal', 'SIGKILL');
    expect(await stop).toMatchObject({ status: 0 });
  });
});
