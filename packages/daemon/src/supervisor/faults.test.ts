import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileFaultyInit } from './testing/compile.ts';
import { eventually, Init, type InitOptions, processExists, textOf } from './testing/init.ts';

/** Milliseconds that the report of an end waits for the output: enough for what is to happen before, on a slow machine. */
const LOG_PATIENCE = 10_000;

const program = compileFaultyInit(`-DLOG_PATIENCE=${LOG_PATIENCE}`);

async function started(fault: string, options?: InitOptions) {
  const init = Init.start(program, options);
  const switchPath = join(init.folder, fault);
  writeFileSync(switchPath, '');
  return { init, daemon: await init.daemon(), log: join(init.folder, 'log'), repair: () => rmSync(switchPath) };
}

test('a stuck disk delays exits of jobs that log, for a while, and nothing else; the output is written later', async () => {
  const { daemon, log, repair } = await started('stuck-disk');
  const beganMs = performance.now();
  daemon.shell(1, 'echo one', { console: 'log', logPath: log });
  daemon.shell(2, 'echo two; exit 2', { console: 'log', logPath: log });
  daemon.spawn(3, {});
  await daemon.report('exited', 3);
  expect(daemon.typesOf(1)).not.toContain('exited');
  expect((await daemon.report('exited', 2)).code).toBe(2);
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(LOG_PATIENCE);
  expect(textOf(log)).toBe('');
  repair();
  await eventually(() => textOf(log).length === 10);
  expect(textOf(log).split('\r\n').sort()).toEqual(['', 'one', 'two']);
});

test('a signal to a process whose end is known and not reported yet is no failure, and reaches nobody', async () => {
  const { daemon, log, repair } = await started('stuck-disk');
  daemon.shell(1, 'echo; exit 3', { console: 'log', logPath: log });
  const { pid } = await daemon.report('spawned', 1);
  await eventually(() => !processExists(pid));
  daemon.send({ type: 'signal', id: 2, process: 1, signal: 9, group: true });
  expect(await daemon.report('signalled')).toMatchObject({ command: 2, errno: 0 });
  expect(daemon.typesOf(1)).not.toContain('exited');
  repair();
  expect(await daemon.report('exited', 1)).toMatchObject({ code: 3, signal: 0 });
});

test('much output meets a stuck disk: the job waits and none of it is lost', async () => {
  const { daemon, log, repair } = await started('stuck-disk');
  daemon.shell(1, 'seq 100000', { console: 'log', logPath: log });
  await daemon.report('execed', 1);
  daemon.spawn(2, {});
  await daemon.report('exited', 2);
  expect(daemon.typesOf(1)).not.toContain('exited');
  repair();
  await daemon.report('exited', 1);
  expect(textOf(log) === Array.from({ length: 100_000 }, (_, i) => `${i + 1}\r\n`).join('')).toBe(true);
});

test('a stuck disk does not keep the supervisor from ending', async () => {
  const { init, daemon, log } = await started('stuck-disk');
  daemon.shell(1, 'echo; exec sleep 1000', { console: 'log', logPath: log });
  const { pid } = await daemon.report('spawned', 1);
  await daemon.report('execed', 1);
  daemon.send({ type: 'end', id: 2, status: 1 });
  expect(await init.exit()).toBe(1);
  process.kill(pid, 'SIGKILL');
});

test('without a pty the output goes through a pipe, as it is; this is logged once', async () => {
  const { daemon, log, repair } = await started('no-pty');
  daemon.shell(1, 'echo one; echo two >&2; printf "three\r\n"; ! [ -t 1 ]', { console: 'log', logPath: log });
  expect((await daemon.report('exited', 1)).code).toBe(0);
  expect(textOf(log)).toBe('one\ntwo\nthree\r\n');
  expect(daemon.typesOf(1)).toEqual(['log-pipe', 'spawned', 'execed', 'exited']);
  expect(await daemon.report('log-pipe')).toMatchObject({ process: 1, errno: 11 });
  daemon.shell(2, 'seq 200000', { console: 'log', logPath: `${log}2` });
  await daemon.report('exited', 2);
  expect(textOf(`${log}2`) === Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join('')).toBe(true);
  repair();
  daemon.shell(3, '[ -t 1 ]', { console: 'log', logPath: log });
  expect((await daemon.report('exited', 3)).code).toBe(0);
  expect(daemon.reports.filter(({ type }) => type === 'log-pipe')).toHaveLength(1);
});

test.runIf(process.getuid!() === 0)("a pipe is its user's, too", async () => {
  const { daemon, log } = await started('no-pty');
  daemon.shell(1, 'echo out > /dev/stdout; echo err > /dev/stderr', { console: 'log', logPath: log, user: 'nobody' });
  expect(await daemon.report('exited', 1)).toMatchObject({ code: 0 });
  expect(textOf(log)).toBe('out\nerr\n');
});

test('a pipe that nobody has open any more costs nothing, and one that many write to loses nothing', async () => {
  const { init, daemon, log } = await started('no-pty');
  daemon.shell(1, 'exec sleep 1000 >/dev/null 2>&1', { console: 'log', logPath: log });
  const { pid } = await daemon.report('spawned', 1);
  daemon.shell(2, 'for i in 1 2 3 4; do seq 20000 & done; wait', { console: 'log', logPath: log });
  await daemon.report('exited', 2);
  expect(textOf(log).split('\n').length).toBe(80_001);
  const logger = await init.logger();
  const used = () => Number(textOf(`/proc/${logger}/stat`).split(' ')[13]);
  const before = used();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(used() - before).toBeLessThan(10);
  process.kill(pid, 'SIGKILL');
  await daemon.report('exited', 1);
});

test.runIf(process.getuid!() === 0)('a followed process that nobody has the status of', async () => {
  // no /proc, where it could be caught as a zombie
  const hidden = ['unshare', '-m', '/bin/sh', '-c', 'mount -t tmpfs tmpfs /proc; exec "$@"', 'sh'];
  const { daemon } = await started('old-kernel', { through: hidden });
  // a parent that ignores SIGCHLD leaves no zombies
  const text = '(exit 5) & while :; do sleep 1; done';
  daemon.spawn(1, { argv: ['env', '--ignore-signal=CHLD', 'sh', '-c', text], traceForks: 1 });
  const { pid } = await daemon.report('vanished', 1);
  expect((await daemon.report('expect-met', 1)).pid).toBe(pid);
});

test('without memory for a process or its log one spawn fails, and the next one does not', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const log = join(init.folder, 'log');
  // Not before: starting the daemon takes memory, too.
  writeFileSync(join(init.folder, 'no-memory'), '');
  daemon.spawn(1, {});
  daemon.spawn(2, { console: 'log', logPath: log, script: 'true\n' });
  for (const id of [1, 2]) {
    expect(await daemon.report('spawn-failed', id)).toMatchObject({ step: 'fork', errno: 12 });
    expect(daemon.typesOf(id)).toEqual(['spawn-failed']);
  }
  rmSync(join(init.folder, 'no-memory'));
  daemon.spawn(3, { console: 'log', logPath: log });
  expect((await daemon.report('exited', 3)).code).toBe(0);
});
