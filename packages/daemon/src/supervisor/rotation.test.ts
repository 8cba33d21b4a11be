import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LogRotation } from './process-messages.ts';
import { compileInit } from './testing/compile.ts';
import { eventually, Init, textOf } from './testing/init.ts';

const program = compileInit();

async function started(rotation: Partial<LogRotation>) {
  const init = Init.start(program);
  const daemon = await init.daemon();
  daemon.supervisor.rotateLogs({ size: 0, age: 0, keep: 5, ...rotation });
  const log = join(init.folder, 'job.log');
  const talk = (id: number, text: string) => daemon.shell(id, text, { console: 'log', logPath: log });
  return { init, daemon, log, talk };
}

/** The log and its old files, the oldest first, for as long as there is one. */
function filesOf(log: string): string[] {
  const files = [log];
  while (existsSync(`${log}.${files.length}`)) files.unshift(`${log}.${files.length}`);
  return files;
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i}\r\n`).join('');

test('by size: as many old files as are kept, nothing lost in between, and lines stay whole', async () => {
  const { daemon, log, talk } = await started({ size: 20_000, keep: 100 });
  talk(1, 'i=0; while [ $i -lt 100 ]; do seq $((i * 100 + 1)) $((i * 100 + 100)); sleep 0.001; i=$((i + 1)); done');
  await daemon.report('exited', 1);
  const files = filesOf(log);
  expect(files.length).toBeGreaterThan(2);
  const texts = files.map((file) => readFileSync(file, 'latin1'));
  expect(texts.join('') === numbers(1, 10_000)).toBe(true);
  for (const text of texts) expect(text.endsWith('\r\n')).toBe(true);
  for (const text of texts.slice(0, -1)) expect(text.length).toBeGreaterThanOrEqual(20_000);
});

test('the oldest one goes, and a new file is like the first', async () => {
  const { daemon, log, talk } = await started({ size: 10, keep: 2 });
  for (let id = 1; id <= 6; id++) {
    talk(id, `echo this is number ${id}`);
    await daemon.report('exited', id);
  }
  expect(filesOf(log).map((file) => textOf(file))).toEqual([4, 5, 6].map((id) => `this is number ${id}\r\n`));
  expect(statSync(log).mode & 0o777).toBe(0o640);
});

test('processes that write to the same file continue in the new one', async () => {
  const { init, daemon, log, talk } = await started({ size: 1000, keep: 50 });
  const go = join(init.folder, 'go');
  talk(1, `echo first; while [ ! -e ${go} ]; do sleep 0.01; done; echo last`);
  await eventually(() => textOf(log) === 'first\r\n');
  // One by one: the end of a line of one, which may come by itself, must not be all that is in a file behind a line of another.
  for (const [id, text] of [
    [2, "printf '%01500d\\n' 0"],
    [3, "printf '%01500d\\n' 0"],
    [4, 'echo new'],
  ] as const) {
    talk(id, text);
    await daemon.report('exited', id);
  }
  writeFileSync(go, '');
  await daemon.report('exited', 1);
  expect(textOf(log)).toBe('new\r\nlast\r\n');
});

test('by age, and not before', async () => {
  const { daemon, log, talk } = await started({ age: 3600 });
  for (const [id, word] of [
    [1, 'old'],
    [2, 'next'],
  ] as const) {
    talk(id, `echo ${word}`);
    await daemon.report('exited', id);
  }
  expect(filesOf(log).map((file) => textOf(file))).toEqual(['old\r\nnext\r\n']);
  daemon.supervisor.rotateLogs({ size: 0, age: 1, keep: 5 });
  talk(3, `while [ ! -e ${log}.1 ]; do echo young; sleep 0.05; done`);
  await daemon.report('exited', 3);
  // A logger that is slow may meet the next second, and the end of that file's time.
  const [oldest, ...later] = filesOf(log).map((file) => textOf(file));
  expect(oldest).toMatch(/^old\r\nnext\r\n(young\r\n)*$/);
  expect(later.join('')).toMatch(/^(young\r\n)+$/);
});

test('a compressed file beside one that is not goes: it may be made of the file before', async () => {
  const { daemon, log, talk } = await started({ size: 10, keep: 5 });
  writeFileSync(log, 'the newest\n');
  writeFileSync(`${log}.1`, 'young');
  writeFileSync(`${log}.1.gz`, 'old, compressed');
  writeFileSync(`${log}.2`, 'old');
  writeFileSync(`${log}.3.gz`, 'oldest, compressed');
  talk(1, 'echo line');
  await daemon.report('exited', 1);
  expect(filesOf(log).map((file) => textOf(file))).toEqual(['old', 'young', 'the newest\n', 'line\r\n']);
  const compressed = [1, 2, 3, 4, 5].filter((number) => existsSync(`${log}.${number}.gz`));
  expect([compressed, textOf(`${log}.4.gz`)]).toEqual([[4], 'oldest, compressed']);
});

test('a line that does not end makes it wait for a while', async () => {
  const { daemon, log, talk } = await started({ size: 10 });
  // What comes meanwhile would be written with it.
  const has = (bytes: number) => `until [ $(cat ${log} 2>/dev/null | wc -c) -ge ${bytes} ]; do sleep 0.01; done`;
  talk(1, `printf 123456789012; ${has(12)}; printf 34; ${has(14)}; echo 5; ${has(17)}; echo next`);
  await daemon.report('exited', 1);
  expect(filesOf(log).map((file) => textOf(file))).toEqual(['123456789012345\r\n', 'next\r\n']);
});

test('a file that cannot be renamed is written on, which is logged once', async () => {
  const { daemon, log, talk } = await started({ size: 10, keep: 1 });
  mkdirSync(`${log}.1/full`, { recursive: true });
  talk(1, `for i in 1 2 3 4 5 6; do echo this is line $i; until grep -qs "line $i" ${log}; do sleep 0.01; done; done`);
  await daemon.report('exited', 1);
  expect(textOf(log)).toBe([1, 2, 3, 4, 5, 6].map((i) => `this is line ${i}\r\n`).join(''));
  expect(daemon.reports.filter(({ type }) => type === 'log-not-rotated')).toMatchObject([{ path: log, errno: 21 }]);
});

test('it can be turned off again', async () => {
  const { daemon, log, talk } = await started({ size: 1 });
  daemon.supervisor.rotateLogs({ size: 0, age: 0, keep: 1 });
  for (const id of [1, 2, 3]) {
    talk(id, 'echo line');
    await daemon.report('exited', id);
  }
  expect(filesOf(log).map((file) => textOf(file))).toEqual(['line\r\nline\r\nline\r\n']);
});
