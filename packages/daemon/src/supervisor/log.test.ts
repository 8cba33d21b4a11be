import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileInit } from './testing/compile.ts';
import { eventually, Init, textOf } from './testing/init.ts';
import { countKept, countOpen, targetsOf } from './testing/open-files.ts';
import { logged } from './testing/troubled-logs.ts';

const program = compileInit();
const [ENOENT, EACCES, ELOOP, EINVAL] = [2, 13, 40, 22];
const NOBODY = 65534;

async function started(options?: Parameters<typeof Init.start>[1]) {
  const init = Init.start(program, options);
  return { init, daemon: await init.daemon(), log: join(init.folder, 'job.log') };
}

test('output is in the file when the exit is reported, as a terminal would show it', async () => {
  const { daemon, log } = await started();
  logged(daemon, 1, 'echo one; echo two >&2; [ -t 1 ] && [ -t 2 ] && ! [ -t 0 ] && printf three', log);
  await daemon.report('exited', 1);
  expect(readFileSync(log, 'latin1')).toBe('one\r\ntwo\r\nthree');
  expect(statSync(log).mode & 0o777).toBe(0o640);
});

test('silence leaves no file', async () => {
  const { daemon, log } = await started();
  logged(daemon, 1, 'true', log);
  await daemon.report('exited', 1);
  expect(existsSync(log)).toBe(false);
});

test('much output of several processes into one file, none of it lost', async () => {
  const { daemon, log } = await started();
  for (const id of [1, 2, 3]) logged(daemon, id, `seq -f 'process ${id} line %.0f' 20000`, log);
  for (const id of [1, 2, 3]) await daemon.report('exited', id);
  const text = readFileSync(log, 'latin1');
  const expected = [1, 2, 3].reduce((sum, id) => sum + lines(id, 20000).length, 0);
  expect(text.length).toBe(expected);
  logged(daemon, 4, 'seq -f "process 4 line %.0f" 20000', `${log}4`);
  await daemon.report('exited', 4);
  expect(readFileSync(`${log}4`, 'latin1') === lines(4, 20000)).toBe(true);
});

function lines(id: number, count: number): string {
  return Array.from({ length: count }, (_, i) => `process ${id} line ${i + 1}\r\n`).join('');
}

test('a file that is deleted or rotated comes back, one with another name is written on', async () => {
  const { init, daemon, log } = await started();
  const fifo = join(init.folder, 'say');
  execFileSync('mkfifo', [fifo]);
  logged(daemon, 1, `exec 3<>${fifo}; while read -r line <&3; do echo "$line"; done`, log);
  await daemon.report('execed', 1);
  writeFileSync(fifo, 'one\n');
  await eventually(() => textOf(log) === 'one\r\n');
  unlinkSync(log);
  writeFileSync(fifo, 'two\n');
  await eventually(() => textOf(log) === 'two\r\n');
  const other = join(init.folder, 'old');
  renameSync(log, other);
  writeFileSync(fifo, 'three\n');
  await eventually(() => textOf(other) === 'two\r\nthree\r\n');
  expect(existsSync(log)).toBe(false);
  unlinkSync(other);
  writeFileSync(fifo, 'four\n');
  await eventually(() => textOf(log) === 'four\r\n');
  const rotated = ['job.log.1', 'job.log-20261128', 'job.1.log', 'elsewhere/job.log.1'];
  mkdirSync(join(init.folder, 'elsewhere'));
  for (const [i, name] of rotated.entries()) {
    const before = textOf(log);
    renameSync(log, join(init.folder, name));
    writeFileSync(fifo, `next ${i}\n`);
    await eventually(() => textOf(log) === `next ${i}\r\n`);
    expect(textOf(join(init.folder, name))).toBe(before);
  }
  // One that exists already is continued, wherever the other one went.
  renameSync(log, other);
  writeFileSync(log, 'made\n', { mode: 0o600 });
  writeFileSync(fifo, 'last\n');
  await eventually(() => textOf(log) === 'made\nlast\r\n');
});

test('output continues when a process closes its terminal and opens it again', async () => {
  const { daemon, log } = await started();
  const again = 'exec >/dev/null 2>&1; sleep 0.05; seq 30000 > $tty';
  logged(daemon, 1, `tty=$(readlink /proc/$$/fd/1); echo before; ${again}; ${again}`, log);
  await daemon.report('exited', 1);
  expect(textOf(log).split('\r\n')).toHaveLength(60002);
});

test('only regular files are written to, and symbolic links are not followed', async () => {
  const { init, daemon } = await started();
  const path = (name: string) => join(init.folder, name);
  writeFileSync(path('target'), '');
  symlinkSync(path('target'), path('link'));
  execFileSync('mkfifo', [path('fifo')]);
  symlinkSync('/dev/null', path('device-link'));
  for (const [i, name] of ['link', 'fifo', '.', 'missing/file', 'device-link'].entries()) {
    logged(daemon, i + 1, 'echo lost', path(name));
    expect(await daemon.report('exited', i + 1)).toMatchObject({ code: 0 });
  }
  const troubles = daemon.reports.filter((report) => report.type === 'log-trouble');
  expect(troubles.map(({ errno }) => errno)).toEqual([ELOOP, 6, 21, ENOENT, ELOOP]);
  expect(textOf(path('target'))).toBe('');
});

test('without descriptors for all files they are closed in between, and nothing is lost', async () => {
  const { init, daemon } = await started();
  const ids = Array.from({ length: 12 }, (_, i) => i + 1);
  const path = (id: number) => join(init.folder, `log${id}`);
  const go = (round: number) => join(init.folder, `round${round}`);
  const wait = (round: number) => `while [ ! -e ${go(round)} ]; do sleep 0.01; done`;
  const round = (i: number) => `${wait(i)}; seq ${i * 1000} ${i * 1000 + 999}`;
  const logger = await init.logger();
  // The last one that it opens before it takes messages.
  await eventually(() => targetsOf(logger).includes('anon_inode:[eventpoll]'));
  execFileSync('prlimit', [`--pid=${logger}`, `--nofile=${countKept(logger) + ids.length + 2}:`]);
  // None ends before the last look: its terminal's descriptor would be there for one more file.
  for (const id of ids) logged(daemon, id, [...[1, 2, 3].map(round), wait(4)].join('; '), path(id));
  for (const i of [1, 2, 3]) {
    writeFileSync(go(i), '');
    for (const id of ids) await eventually(() => textOf(path(id)).endsWith(`\n${i * 1000 + 999}\r\n`));
    expect(countOpen(logger, (name) => /\/log\d+$/.test(name))).toBeLessThanOrEqual(2);
  }
  writeFileSync(go(4), '');
  for (const id of ids) await daemon.report('exited', id);
  const all = Array.from({ length: 3000 }, (_, i) => `${i + 1000}\r\n`).join('');
  for (const id of ids) expect(textOf(path(id)) === all).toBe(true);
  expect(daemon.reports.filter(({ type }) => type === 'log-trouble')).toEqual([]);
});

/** Terminals of its own, two of them. */
const TWO_PTYS =
  'mount -t devpts -o newinstance,ptmxmode=0666,max=2 devpts /dev/pts && mount --bind /dev/pts/ptmx /dev/ptmx; exec "$@"';

test.runIf(process.getuid!() === 0)('when the last pty is taken, a pipe is used', async () => {
  const { daemon, log } = await started({ through: ['unshare', '-m', '/bin/sh', '-c', TWO_PTYS, 'sh'] });
  for (const id of [1, 2, 3, 4])
    logged(daemon, id, `[ -t 1 ] && echo tty || echo pipe; exec sleep 1000`, `${log}${id}`);
  // The end of a line may come by itself.
  for (const id of [1, 2, 3, 4]) await eventually(() => textOf(`${log}${id}`).endsWith('\n'));
  expect([1, 2, 3, 4].map((id) => textOf(`${log}${id}`))).toEqual(['tty\r\n', 'tty\r\n', 'pipe\n', 'pipe\n']);
  const pipes = () => daemon.reports.filter(({ type }) => type === 'log-pipe');
  await eventually(() => pipes().length > 0);
  expect(pipes()).toMatchObject([{ process: 3, errno: 28 }]);
  for (const id of [1, 2, 3, 4]) daemon.send({ type: 'signal', id: id + 10, process: id, signal: 9, group: true });
  for (const id of [1, 2, 3, 4]) await daemon.report('exited', id);
  logged(daemon, 20, '[ -t 1 ]', log);
  expect((await daemon.report('exited', 20)).code).toBe(0);
});

test.runIf(process.getuid!() === 0)('a device is refused', async () => {
  const { init, daemon } = await started();
  const device = join(init.folder, 'null');
  execFileSync('mknod', [device, 'c', '1', '3']);
  logged(daemon, 1, 'echo lost', device);
  await daemon.report('exited', 1);
  expect(await daemon.report('log-trouble')).toMatchObject({ path: device, errno: EINVAL });
});

test.runIf(process.getuid!() === 0)('a folder that is not writable yet: kept until logs are flushed', async () => {
  const { init, daemon } = await started({ uid: NOBODY });
  const folder = join(init.folder, 'readonly');
  mkdirSync(folder, { mode: 0o755 });
  const log = join(folder, 'log');
  logged(daemon, 1, 'echo first', log);
  logged(daemon, 2, 'sleep 0.05; echo second', log);
  await daemon.report('exited', 1);
  await daemon.report('exited', 2);
  expect(await daemon.report('log-trouble')).toMatchObject({ path: log, errno: EACCES });
  daemon.send({ type: 'flush-logs', id: 3 });
  chmodSync(folder, 0o777);
  daemon.send({ type: 'flush-logs', id: 4 });
  await eventually(() => textOf(log).length >= 15);
  expect(textOf(log).split('\r\n').sort()).toEqual(['', 'first', 'second']);
});

test('the output of children that outlive the process is lost, and does not delay its exit', async () => {
  const { daemon, log } = await started();
  logged(daemon, 1, '(trap "" HUP; while :; do echo more; done) & echo $!; sleep 0.02', log);
  await daemon.report('exited', 1);
  const size = statSync(log).size;
  const pid = Number.parseInt(/^\d+/m.exec(textOf(log))![0], 10);
  logged(daemon, 2, 'sleep 0.05', log);
  await daemon.report('exited', 2);
  expect(statSync(log).size).toBe(size);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // its first write without a terminal may have ended it
  }
});

test('in a folder where others may write, only a file that is ours alone is written to', async () => {
  const { init, daemon, log } = await started();
  const mine = join(init.folder, 'mine');
  mkdirSync(mine);
  const victim = join(mine, 'victim');
  writeFileSync(victim, 'precious');
  linkSync(victim, log);
  logged(daemon, 1, 'echo more', log);
  await daemon.report('exited', 1);
  expect(readFileSync(victim, 'latin1')).toBe('precious');
  expect(await daemon.report('log-trouble')).toMatchObject({ path: log, errno: EINVAL });
  // In a folder in which only its owner may write, a second name is the owner's own doing.
  const link = join(mine, 'link.log');
  linkSync(victim, link);
  logged(daemon, 2, 'echo more', link);
  await daemon.report('exited', 2);
  expect(readFileSync(victim, 'latin1')).toBe('preciousmore\r\n');
  if (process.getuid?.() !== 0) return;
  const planted = join(init.folder, 'planted.log');
  writeFileSync(planted, '', { mode: 0o666 });
  chownSync(planted, NOBODY, NOBODY);
  logged(daemon, 3, 'echo secret', planted);
  await daemon.report('exited', 3);
  expect(readFileSync(planted, 'latin1')).toBe('');
});
