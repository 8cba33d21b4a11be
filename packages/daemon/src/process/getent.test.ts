/** A directory service that does not answer: it holds up one process only, for a bounded time, and nobody who stops that. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { spawnErrorText } from '../engine/spawn-errors.ts';
import { compileInit, SANITIZE } from './testing/compile.ts';
import { eventually, Init, textOf } from './testing/init.ts';

const ETIMEDOUT = 110;
const impatient = compileInit('-DGETENT_PATIENCE=1500', ...SANITIZE);
const patient = compileInit('-DGETENT_PATIENCE=3600000');

/** A supervisor whose nsswitch.conf and getent are its own, in a mount namespace. The file `asked` has the pid of who asks. */
async function withService(program: string) {
  const folder = mkdtempSync(join(tmpdir(), 'services-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const asked = join(folder, 'asked');
  const answers = [
    `echo $$ > ${asked}`,
    'case "$1 $2" in',
    '"passwd mute") exec >&-; exec sleep 1000 ;;',
    '"passwd member") echo "member:x:4321:4322::/:/bin/sh" ;;',
    '*) exec sleep 1000 ;;',
    'esac',
  ];
  writeFileSync(join(folder, 'nsswitch.conf'), 'passwd: files directory\ngroup: files directory\n');
  writeFileSync(join(folder, 'getent'), `#!/bin/sh\n${answers.join('\n')}\n`, { mode: 0o755 });
  const bind = `mount --bind ${folder}/nsswitch.conf /etc/nsswitch.conf && mount --bind ${folder}/getent /usr/bin/getent`;
  const init = Init.start(program, { through: ['unshare', '-m', '/bin/sh', '-c', `${bind}; exec "$@"`, 'sh'] });
  return { daemon: await init.daemon(), asked, log: join(folder, 'log') };
}

describe.runIf(process.getuid!() === 0)('a service that hangs', () => {
  test('fails the process that needs it, and names the program; others go on meanwhile', async () => {
    const { daemon, log } = await withService(impatient);
    const hung = [
      [{ user: 'slow' }, 'setuid-lookup', 'getent passwd'],
      [{ user: 'mute' }, 'setuid-lookup', 'getent passwd'],
      [{ group: 'slow' }, 'setgid-lookup', 'getent group'],
      [{ user: 'member' }, 'getpwuid', 'getent initgroups'],
    ] as const;
    for (const [i, [spec]] of hung.entries()) daemon.spawn(i + 1, spec);
    daemon.shell(10, `id -u; id -G`, { user: 'nobody', console: 'log', logPath: log });
    daemon.spawn(11, {});
    expect((await daemon.report('exited', 11)).code).toBe(0);
    for (const [i, [, step, detail]] of hung.entries())
      expect(await daemon.report('spawn-failed', i + 1)).toMatchObject({ step, errno: ETIMEDOUT, detail });
    // one whom the files list has the groups that these list
    expect((await daemon.report('exited', 10)).code).toBe(0);
    expect(textOf(log)).toMatch(
      /^init: getent initgroups does not answer: only groups of .etc.group count\s+65534\s+65534\s+$/,
    );
  });

  test('is not waited for by whoever stops the process', async () => {
    const { daemon, asked } = await withService(patient);
    daemon.spawn(1, { user: 'slow' });
    const pid = await eventually(() => existsSync(asked) && Number(textOf(asked)));
    daemon.send({ type: 'signal', id: 2, process: 1, signal: 15, group: true });
    expect(await daemon.report('exited', 1)).toMatchObject({ signal: 15 });
    await eventually(() => !/sleep/.test(textOf(`/proc/${pid}/cmdline`)));
  });
});

test('what is said of it', () => {
  expect(spawnErrorText('setuid-lookup', ETIMEDOUT, 'getent passwd')).toBe(
    'unable to getpwnam: Connection timed out (getent passwd)',
  );
  expect(spawnErrorText('setuid-lookup', 0, '')).toBe('unable to find setuid user');
});
