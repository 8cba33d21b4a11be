/** A log that cannot be written, as users meet it: the job continues, users see the trouble, and killing the daemon changes nothing of that. */
import { mkdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

test('explain and status tell it until it is over', async () => {
  const talk = 'seq 100000; while [ ! -e $GO ]; do sleep 0.05; done; echo end; exec sleep 1000';
  const session = await Session.start({ jobs: { talk: `env GO\nexec sh -c '${talk}'\n` } });
  onTestFinished(() => session.kill());
  const log = join(session.logs, 'talk.log');
  const explained = async () => (await session.run('initctl', 'explain', 'talk')).stdout;
  const trouble = async () =>
    JSON.parse((await session.run('status', 'talk', '--json')).stdout).instances[0].logTrouble;
  mkdirSync(log);
  const go = join(session.logs, 'go');
  await session.run('start', 'talk', `GO=${go}`);
  const dropped = 'Is a directory (there is a folder in its place); it began ';
  await eventually('it is explained', async () =>
    (await explained()).includes(`log: ${log} cannot be written: ${dropped}`),
  );
  await eventually('it is counted', async () => (await trouble()).dropped > 0);
  expect(await trouble()).toMatchObject({ path: log, error: 'Is a directory' });
  // The line that scripts read stays as it is.
  expect((await session.run('status', 'talk')).stdout).toMatch(/^talk start\/running, process \d+\n$/);
  process.kill(session.daemon() as number, 'SIGKILL');
  expect(await trouble()).toMatchObject({ path: log, error: 'Is a directory' });
  rmdirSync(log);
  // It is tried again anyhow; not to wait for that.
  await session.run('initctl', 'notify-disk-writeable');
  await eventually('it is over', async () => (await trouble()) === null);
  expect(await explained()).not.toContain('cannot be written');
  expect(readFileSync(log, 'latin1')).toMatch(
    /^1\r\n2\r\n(?:\d+\r\n)+\d*\r\ninit: \d+ bytes of output are missing here: Is a directory\r\n/,
  );
});

test('a folder of logs that is removed is there again with the next line', async () => {
  const session = await Session.start({ jobs: { talk: 'exec sh -c "echo hello; exec sleep 1000"\n' } });
  onTestFinished(() => session.kill());
  rmSync(session.logs, { recursive: true });
  await session.run('start', 'talk');
  await eventually('the line is there', () => session.log('talk').includes('hello'));
});
