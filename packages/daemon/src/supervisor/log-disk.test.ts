/** A disk of logs that is full, or becomes read-only: logged once, and writing resumes by itself. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileInit } from './testing/compile.ts';
import { eventually, type Init, textOf } from './testing/init.ts';
import { logged, MISSING, QUICK, reportsOf, started } from './testing/troubled-logs.ts';

const program = compileInit(QUICK);
const AS_ROOT = process.getuid!() === 0;
const [ENOSPC, EROFS] = [28, 30];

/** A file system of so many KiB, if one may be mounted here. */
async function onSmallDisk(init: Init, kilobytes: number, use: (folder: string) => Promise<void>): Promise<void> {
  const small = join(init.folder, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', small]);
  try {
    await use(small);
  } finally {
    execFileSync('umount', ['-l', small]);
  }
}

test.runIf(AS_ROOT)('a full disk: said once, and what is kept follows when there is room', async () => {
  const { init, daemon } = await started(program);
  await onSmallDisk(init, 256, async (small) => {
    const log = join(small, 'log');
    const go = join(init.folder, 'go');
    execFileSync('sh', ['-c', `head -c 250000 /dev/zero > ${small}/filler`]);
    logged(daemon, 1, `seq 200000; echo > ${go}1; while [ ! -e ${go} ]; do sleep 0.01; done; echo end`, log);
    expect(await daemon.report('log-trouble')).toMatchObject({ errno: ENOSPC });
    // To its end: what is not dropped would fill the disk by itself.
    await eventually(() => existsSync(`${go}1`));
    // Room comes and goes, and is not enough: that is not logged.
    for (const size of [230_000, 210_000, 190_000]) truncateSync(join(small, 'filler'), size);
    await eventually(() => statSync(log).size > 40_000);
    expect(reportsOf(daemon, 'log-trouble')).toHaveLength(1);
    rmSync(join(small, 'filler'));
    await daemon.report('log-restored');
    writeFileSync(go, '');
    await daemon.report('exited', 1);
    const text = textOf(log);
    expect(text.startsWith('1\r\n2\r\n')).toBe(true);
    expect(text).toMatch(MISSING);
    expect(text.endsWith('here: No space left on device\r\nend\r\n')).toBe(true);
  });
});

test.runIf(AS_ROOT)('a file system that becomes read-only, and writable again', async () => {
  const { init, daemon } = await started(program);
  await onSmallDisk(init, 256, async (small) => {
    const log = join(small, 'log');
    logged(daemon, 1, 'echo one', log);
    await daemon.report('exited', 1);
    execFileSync('mount', ['-o', 'remount,ro', small]);
    logged(daemon, 2, 'echo two', log);
    await daemon.report('exited', 2);
    expect(await daemon.report('log-trouble')).toMatchObject({ errno: EROFS });
    execFileSync('mount', ['-o', 'remount,rw', small]);
    expect(await daemon.report('log-restored')).toMatchObject({ errno: 0, count: 0 });
    expect(textOf(log)).toBe('one\r\ntwo\r\n');
  });
});
