/** The logger is a process of its own: it may be killed or stopped at any moment, and jobs notice nothing. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileInit } from './testing/compile.ts';
import { eventually, Init, textOf } from './testing/init.ts';
import { countKept, countOpen, targetsOf } from './testing/open-files.ts';

const program = compileInit();
const impatient = compileInit('-DLOG_PATIENCE=1000');

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}\r\n`).join('');

test('killed again and again, each line is in the file once, and in order', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const ids = [1, 2, 3];
  const go = join(init.folder, 'go');
  const path = (id: number) => join(init.folder, `log${id}`);
  for (const id of ids) {
    const text = `i=0; while [ ! -e ${go} ]; do i=$((i + 1)); echo $i; done; echo $i > ${path(id)}.count`;
    daemon.shell(id, text, { console: 'log', logPath: path(id) });
  }
  let logger = 0;
  for (let kill = 1; kill <= 6; kill++) {
    logger = await init.logger(logger);
    const before = textOf(path(1)).length;
    process.kill(logger, 'SIGKILL');
    await eventually(() => textOf(path(1)).length > before + 1000);
  }
  writeFileSync(go, '');
  for (const id of ids) {
    await daemon.report('exited', id);
    await eventually(() => textOf(`${path(id)}.count`).endsWith('\n'));
    const expected = numbers(Number(textOf(`${path(id)}.count`)));
    await eventually(() => textOf(path(id)).length >= expected.length);
    expect(textOf(path(id)) === expected).toBe(true);
  }
  expect(init.said).toBe('');
});

test('stopped, it delays ends of processes that log, and nothing else', async () => {
  const init = Init.start(impatient);
  const daemon = await init.daemon();
  const log = join(init.folder, 'log');
  daemon.shell(1, 'exec sleep 1000', { console: 'log', logPath: `${log}1` });
  await daemon.report('execed', 1);
  const logger = await init.logger();
  process.kill(logger, 'SIGSTOP');
  daemon.shell(2, 'echo two; exit 2', { console: 'log', logPath: log });
  daemon.spawn(3, {});
  await daemon.report('exited', 3);
  expect((await daemon.report('exited', 2)).code).toBe(2);
  expect(textOf(log)).toBe('');
  process.kill(logger, 'SIGCONT');
  await eventually(() => textOf(log) === 'two\r\n');
});

test('the logger learns of a process when it writes something, and never of one that does not', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const path = (id: number) => join(init.folder, `log${id}`);
  const go = join(init.folder, 'go');
  const terminals = async () => countOpen(await init.logger(), (name) => name.includes('ptmx'));
  daemon.shell(1, 'exec >/dev/null 2>&1; exec sleep 1000', { console: 'log', logPath: path(1) });
  daemon.shell(2, `while [ ! -e ${go} ]; do sleep 0.01; done; echo more; exec sleep 1000`, {
    console: 'log',
    logPath: path(2),
  });
  daemon.shell(3, 'echo at once; exec sleep 1000', { console: 'log', logPath: path(3) });
  await eventually(() => textOf(path(3)) === 'at once\r\n');
  await daemon.report('execed', 2);
  expect(await terminals()).toBe(1);
  writeFileSync(go, '');
  await eventually(() => textOf(path(2)) === 'more\r\n');
  expect(await terminals()).toBe(2);
  daemon.send({ type: 'signal', id: 11, process: 1, signal: 9, group: true });
  await daemon.report('exited', 1);
  expect(await terminals()).toBe(2);
});

test('a logger without a descriptor for a terminal makes room for one that has', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const log = join(init.folder, 'log');
  const logger = await init.logger();
  await eventually(() => targetsOf(logger).some((name) => name.includes('eventpoll')));
  execFileSync('prlimit', [`--pid=${logger}`, `--nofile=${countKept(logger)}:`]);
  daemon.shell(1, 'echo one; exec sleep 1000', { console: 'log', logPath: log });
  await daemon.report('execed', 1);
  daemon.shell(2, 'echo two; exit 2', { console: 'log', logPath: log });
  expect((await daemon.report('exited', 2)).code).toBe(2);
  await init.logger(logger);
  await eventually(() => textOf(log).length === 10);
  expect(textOf(log).split('\r\n').sort()).toEqual(['', 'one', 'two']);
});

test('as many logs as there are places, and one more', async () => {
  // two are those of the daemon's output
  const init = Init.start(compileInit('-DLOG_PLACES=5u'));
  const daemon = await init.daemon();
  const path = (id: number) => join(init.folder, `log${id}`);
  for (const id of [1, 2, 3, 4]) daemon.shell(id, `echo ${id}; exec sleep 1000`, { console: 'log', logPath: path(id) });
  expect(await daemon.report('spawn-failed', 4)).toMatchObject({ errno: 12 });
  for (const id of [1, 2, 3]) await eventually(() => textOf(path(id)) === `${id}\r\n`);
  daemon.send({ type: 'signal', id: 11, process: 2, signal: 9, group: true });
  await daemon.report('exited', 2);
  daemon.shell(12, 'echo 12; exit 7', { console: 'log', logPath: path(2) });
  expect((await daemon.report('exited', 12)).code).toBe(7);
  expect(textOf(path(2))).toBe('2\r\n12\r\n');
  expect(init.said).toBe('');
});

test('the daemon learns the pid of each logger that comes up in place of another', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const first = await init.logger();
  process.kill(first, 'SIGKILL');
  expect((await daemon.report('logger-replaced')).pid).toBe(await init.logger(first));
});

test('without a logger processes run without logs, which is logged', async () => {
  const init = Init.start(program, { env: { UPSTART_LOGGER: '/nonexistent' } });
  const daemon = await init.daemon();
  let id = 0;
  while (!daemon.reports.some(({ type }) => type === 'log-disabled')) {
    daemon.shell(++id, 'exit 7', { console: 'log', logPath: join(init.folder, 'log') });
    expect((await daemon.report('exited', id)).code).toBe(7);
  }
  expect(daemon.typesOf(id)).toEqual(['log-disabled', 'spawned', 'execed', 'exited']);
});
