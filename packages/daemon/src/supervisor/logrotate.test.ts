/** Logs under a real logrotate (skipped where there is none): whatever it does, no line is lost, doubled or out of order. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compileInit } from './testing/compile.ts';
import { eventually, Init, textOf } from './testing/init.ts';

const LOGROTATE = ['/usr/sbin/logrotate', '/usr/bin/logrotate', '/sbin/logrotate'].find((path) => existsSync(path));
const INSTALLED = fileURLToPath(new URL('../../logrotate/upstart', import.meta.url));
/** How often a log is rotated while a job writes as fast as it can. */
const ROTATIONS = 40;
const program = compileInit();
/** Has the logger leave the next file to logrotate, however long that takes: it gives another name to one that it finds. */
const patient = compileInit('-DSUCCESSOR_PATIENCE=3600000');

/** All files but the indices of logs. */
const logsIn = (folder: string) => readdirSync(folder).filter((name) => !name.endsWith('.idx'));

/** The text of a log and its old files, the oldest first. */
function everythingIn(folder: string): string {
  // web.log.2.gz, or web.2.log
  const number = (name: string) => Number(/\.(\d+)\b/.exec(name)?.[1] ?? 0);
  const names = logsIn(folder).sort((a, b) => number(b) - number(a));
  const texts = names.map((name) => [name, readFileSync(join(folder, name))] as const);
  return texts.map(([name, bytes]) => (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')).join('');
}

describe.skipIf(!LOGROTATE)('logrotate (skipped where it is not installed)', { timeout: 600_000 }, () => {
  const installed = readFileSync(INSTALLED, 'utf8');

  test.each([
    ['as installed', program, installed],
    ['with files that it makes', patient, installed.replace('nocreate', 'create 0640')],
    ['that compresses the time after', program, installed.replace('compress', 'compress\n\tdelaycompress')],
    [
      'with the extension at the end',
      program,
      installed.replace('nocreate', 'nocreate\n\textension .log\n\tnocompress'),
    ],
  ])('%s', async (_name, program, text) => {
    const init = Init.start(program);
    const daemon = await init.daemon();
    const folder = join(init.folder, 'logs');
    const stop = join(init.folder, 'stop');
    const config = join(init.folder, 'rotate.conf');
    const log = join(folder, 'web.log');
    mkdirSync(folder, { mode: 0o755 });
    const often = text
      .replace('/var/log/upstart/*.log', log)
      .replace('daily', 'size 1')
      .replace('rotate 7', 'rotate 1000');
    writeFileSync(config, often, { mode: 0o644 });
    const hundred = 'for j in 0 1 2 3 4 5 6 7 8 9; do for k in 0 1 2 3 4 5 6 7 8 9; do echo $i$j$k; done; done';
    const script = `i=1; while [ ! -e ${stop} ]; do ${hundred}; i=$((i + 1)); done`;
    daemon.shell(1, script, { console: 'log', logPath: log });
    await daemon.report('execed', 1);
    for (let i = 0; i < ROTATIONS; i++) {
      await eventually(() => textOf(log) !== '');
      execFileSync(LOGROTATE!, ['-s', join(init.folder, 'state'), config], { stdio: 'pipe' });
    }
    writeFileSync(stop, '');
    await daemon.report('exited', 1);
    const files = logsIn(folder);
    expect(files.length).toBeGreaterThanOrEqual(ROTATIONS);
    expect(files.filter((file) => file.includes('backup'))).toEqual([]);
    const lines = everythingIn(folder).split('\r\n');
    expect(lines.pop()).toBe('');
    const wrong = lines.findIndex((line, i) => line !== `${i + 100}`);
    expect(wrong < 0 ? 'all in order' : lines.slice(Math.max(0, wrong - 2), wrong + 3)).toBe('all in order');
  });
});
