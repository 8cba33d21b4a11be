/** The index of a log has the times of its output, whatever happens to the logger, the disk and the file. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexPathOf, LogIndex, type Stamp } from '@upstart/common';
import { expect, test } from 'vitest';
import { compileInit } from './testing/compile.ts';
import { eventually, Init, textOf } from './testing/init.ts';

const program = compileInit();

async function started() {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const log = join(init.folder, 'job.log');
  const talk = async (id: number, text: string, logPath = log) => {
    const beforeMs = Date.now();
    daemon.shell(id, text, { console: 'log', logPath });
    await daemon.report('exited', id);
    return { beforeMs, afterMs: Date.now() + 1 };
  };
  return { init, daemon, log, talk };
}

const pidOf = (daemon: { reports: readonly object[] }, id: number) =>
  (daemon.reports as { type: string; process: number; pid: number }[]).find(
    ({ type, process }) => type === 'spawned' && process === id,
  )?.pid;

const indexOf = (path: string, file = path) => indexPathOf(path, statSync(file).ino);

function stampsOf(path: string, file = path): Stamp[] {
  const index = LogIndex.open(indexOf(path, file));
  const stamps = Array.from({ length: index?.count ?? 0 }, (_, at) => (index as LogIndex).stamp(at));
  index?.close();
  return stamps;
}

/** The stamps of beginnings of lines: the end of a line may be read by itself, and then have a time of its own. */
function lineStampsOf(path: string, file = path): Stamp[] {
  const text = readFileSync(file, 'latin1');
  return stampsOf(path, file).filter(({ offset }) => offset === 0 || text[offset - 1] === '\n');
}

/** The log is covered from its start on, and offsets grow. */
function expectSound(stamps: readonly Stamp[], size: number) {
  expect(stamps[0]?.offset).toBe(0);
  for (const [at, { offset }] of stamps.entries())
    expect(offset).toBeGreaterThan(at === 0 ? -1 : (stamps[at - 1] as Stamp).offset);
  expect(stamps.at(-1)?.offset).toBeLessThan(size);
}

test('says when each piece of output was read, and leaves the log as it was written', async () => {
  const { daemon, log, talk } = await started();
  const one = await talk(1, 'echo one');
  const two = await talk(2, 'sleep 0.02; echo two');
  expect(textOf(log)).toBe('one\r\ntwo\r\n');
  const stamps = lineStampsOf(log);
  expect(stamps.map(({ offset }) => offset)).toEqual([0, 5]);
  expect(stamps.map(({ pid }) => pid)).toEqual([1, 2].map((id) => pidOf(daemon, id)));
  for (const [at, { beforeMs, afterMs }] of [one, two].entries()) {
    expect(stamps[at]?.atMs).toBeGreaterThanOrEqual(beforeMs);
    expect(stamps[at]?.atMs).toBeLessThanOrEqual(afterMs);
  }
  expect(statSync(indexOf(log)).mode & 0o777).toBe(0o640);
});

test('says which process has written, however soon another one follows', async () => {
  const { daemon, log, talk } = await started();
  for (const id of [1, 2, 3]) await talk(id, `echo ${id}`);
  expect(lineStampsOf(log).map(({ offset, pid }) => [offset, pid])).toEqual(
    [1, 2, 3].map((id) => [(id - 1) * 3, pidOf(daemon, id)]),
  );
});

test('stays with its log when that is rotated, by whichever program', async () => {
  const { daemon, log, talk } = await started();
  await talk(1, 'echo one');
  const before = stampsOf(log);
  renameSync(log, `${log}.1`);
  await talk(2, 'echo two');
  expect(stampsOf(log, `${log}.1`)).toEqual(before);
  daemon.supervisor.rotateLogs({ size: 1, age: 0, keep: 3 });
  await talk(3, 'echo three');
  expect(await daemon.report('log-rotated')).toMatchObject({ path: log, errno: 0 });
  expect(stampsOf(log, `${log}.2`)).toEqual(before);
  for (const file of [log, `${log}.1`]) expect(lineStampsOf(log, file)).toHaveLength(1);
});

test('forgets stamps of text that is gone, and one that was cut off', async () => {
  const { log, talk } = await started();
  for (const id of [1, 2, 3]) await talk(id, 'sleep 0.02; echo line');
  appendFileSync(indexOf(log), 'torn');
  await talk(4, 'sleep 0.02; echo line');
  expect(lineStampsOf(log).map(({ offset }) => offset)).toEqual([0, 6, 12, 18]);
  truncateSync(log, 12);
  await talk(5, 'sleep 0.02; echo after');
  expect(lineStampsOf(log).map(({ offset }) => offset)).toEqual([0, 6, 12]);
  truncateSync(log, 0);
  const { beforeMs } = await talk(6, 'sleep 0.02; echo new');
  expect(lineStampsOf(log)).toHaveLength(1);
  expect(stampsOf(log)[0]?.atMs).toBeGreaterThanOrEqual(beforeMs);
});

test('covers every byte although the logger is killed again and again', async () => {
  const { init, daemon, log } = await started();
  const stop = join(init.folder, 'stop');
  daemon.shell(1, `i=0; while [ ! -e ${stop} ]; do i=$((i + 1)); date +%s%N; done`, { console: 'log', logPath: log });
  let logger = 0;
  for (let kill = 1; kill <= 8; kill++) {
    logger = await init.logger(logger);
    const before = textOf(log).length;
    await eventually(() => textOf(log).length > before + 2000);
    process.kill(logger, 'SIGKILL');
  }
  await init.logger(logger);
  writeFileSync(stop, '');
  await daemon.report('exited', 1);
  const stamps = stampsOf(log);
  const text = readFileSync(log, 'latin1');
  expectSound(stamps, text.length);
  // Nothing has a time before the one that it has written, but for the pause between stamps.
  const pauseMs = 10;
  for (const { offset, atMs } of stamps) {
    // The line that it is in: its end may be read by itself, long before the next one.
    const begin = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
    const written = Number(text.slice(begin, text.indexOf('\r\n', begin))) / 1e6;
    expect(atMs + pauseMs).toBeGreaterThanOrEqual(written);
  }
});

test.runIf(process.getuid!() === 0)('costs no line of the log where the disk is full', async () => {
  const { init, daemon, talk } = await started();
  const small = join(init.folder, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=3', 'tmpfs', small]);
  try {
    const log = join(small, 'job.log');
    writeFileSync(join(small, 'filler'), '');
    await talk(1, 'echo one', log);
    await talk(2, 'sleep 0.02; seq 2000', log);
    // No inode was left for an index.
    expect(stampsOf(log)).toEqual([]);
    expect(textOf(log)).toBe(`one\r\n${Array.from({ length: 2000 }, (_, at) => `${at + 1}\r\n`).join('')}`);
    expect(daemon.reports.filter(({ type }) => type === 'log-trouble')).toEqual([]);
  } finally {
    execFileSync('umount', ['-l', small]);
  }
});

test('is no way to another file', async () => {
  const { init, log, talk } = await started();
  const victim = join(init.folder, 'victim');
  await talk(1, 'echo one');
  writeFileSync(victim, 'keep me');
  const index = indexOf(log);
  execFileSync('ln', ['-sfn', victim, index]);
  await talk(2, 'sleep 0.02; echo two');
  expect(textOf(victim)).toBe('keep me');
  expect(textOf(log)).toBe('one\r\ntwo\r\n');
});
