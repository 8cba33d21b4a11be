/** Users whom only a directory service knows, from the job file on; nsswitch.conf and getent are the test's own, in a mount namespace. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { signal } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

const AS_ROOT = process.getuid?.() === 0;

/** A session init whose `getent` answers by these lines of a shell's `case "$1 $2"`. `FOLDER` in them is one for what they note. */
async function withDirectory(answers: readonly string[], jobs: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'directory-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const lines = ['#!/bin/sh', 'case "$1 $2" in', ...answers, '*) exit 2 ;;', 'esac', ''];
  writeFileSync(join(folder, 'getent'), lines.join('\n').replaceAll('FOLDER', folder), { mode: 0o755 });
  writeFileSync(join(folder, 'nsswitch.conf'), 'passwd: files directory\ngroup: files directory\n');
  const bind = `mount --bind ${folder}/nsswitch.conf /etc/nsswitch.conf && mount --bind ${folder}/getent /usr/bin/getent`;
  const wrapper = ['unshare', '-m', '/bin/sh', '-c', `${bind}; exec "$@"`, 'sh'];
  const session = await Session.start({ jobs, options: ['--verbose'], wrapper });
  onTestFinished(() => session.kill());
  return { session, folder };
}

/** What `start far` prints. It is called again where the daemon has given up getent, as after a standstill of the programs here. */
async function start(session: Session): Promise<string> {
  for (let givenUp = 1; ; givenUp++) {
    const { stdout } = await session.run('start', 'far');
    if (stdout !== '') return stdout;
    await session.hears('unable to getpwnam: Connection timed out (getent passwd)', givenUp);
  }
}

/** The ids that a process of this pid has: user, group, all groups. */
function idsOf(pid: string | undefined): string[] {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'm').exec(status)?.[1] ?? '';
  return [field('Uid').split('\t')[0] ?? '', field('Gid').split('\t')[0] ?? '', field('Groups')];
}

test.runIf(AS_ROOT)('a user whom getent knows', async () => {
  const answers = ['"passwd far") echo "far:x:4321:4322::/:/bin/sh" ;;', '"initgroups far") echo "far 4324 4325" ;;'];
  const jobs = { far: 'setuid far\nexec sleep 1000\n', liar: 'setuid nonesuch\nexec sleep 1000\n' };
  const { session } = await withDirectory(answers, jobs);
  const pid = /^far start\/running, process (\d+)\n$/.exec(await start(session))?.[1];
  expect(idsOf(pid)).toEqual(['4321', '4322', '4322 4324 4325']);
  expect((await session.run('start', 'liar')).status).toBe(1);
  await session.hears('Failed to spawn liar main process: unable to find setuid user');
});

test.runIf(AS_ROOT)('one who is asked for when the daemon dies', async () => {
  const answers = [
    '"passwd far") echo >> FOLDER/asked; while [ ! -e FOLDER/go ]; do sleep 0.01; done; echo "far:x:4321:4322:" ;;',
  ];
  const { session, folder } = await withDirectory(answers, {
    far: 'setuid far\nexec sleep 1000\n',
    other: 'exec sleep 1000\n',
  });
  const started = start(session);
  const asked = () => (existsSync(join(folder, 'asked')) ? readFileSync(join(folder, 'asked'), 'utf8').length : 0);
  await eventually('it is asked for', () => asked() > 0);
  expect((await session.run('start', 'other')).stdout).toMatch(/^other start\/running/);
  const before = asked();
  signal(await eventually('there is a daemon', () => session.daemon()), 'SIGKILL');
  await eventually('the next daemon asks', () => asked() > before);
  writeFileSync(join(folder, 'go'), '');
  const pid = /process (\d+)\n$/.exec(await started)?.[1];
  expect(idsOf(pid)[0]).toBe('4321');
});

test.runIf(AS_ROOT)('one who is asked for when the job is to stop', async () => {
  const { session } = await withDirectory(['*) exec sleep 1000 ;;'], { far: 'setuid far\nexec sleep 1000\n' });
  const started = start(session);
  await eventually('it is stopped on its way', async () => {
    const { stdout } = await session.run('status', 'far');
    return stdout.includes('start/spawned') && (await session.run('stop', 'far')).stdout === 'far stop/waiting\n';
  });
  expect(await started).toBe('far stop/waiting\n');
});
