import {
  appendFileSync,
  closeSync,
  existsSync,
  linkSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { indexPathOf } from '@upstart/common';
import { type LogPart, partsOf } from '@upstart/log-reader';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Position, textBytes } from './position.ts';
import { readKept, writeKept } from './positions.ts';
import { Tail } from './tail.ts';

let folder: string;
let path: string;
let dropped: number;
let failures: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upstart-tail-'));
  path = join(folder, 'web.log');
  dropped = 0;
  failures = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function tail(position: Position | null = null, sinceMs = 0): Tail {
  return new Tail({ label: 'web', path }, position, {
    sinceMs,
    dropped: (bytes) => {
      dropped += bytes;
    },
    failed: (file) => void failures.push(file.slice(folder.length + 1)),
  });
}

/** All that is there: texts with their sequence numbers, and the position behind them. */
async function all(one: Tail): Promise<{ lines: [string, number][]; position: Position | null }> {
  const lines: [string, number][] = [];
  let position: Position | null = null;
  for (let portion = await one.read(); portion !== null; portion = await one.read()) {
    lines.push(...portion.lines.map(({ text, sequence }): [string, number] => [text, sequence]));
    position = portion.position;
  }
  return { lines, position };
}

/** Gives a file an index with one stamp. */
function stamp(file: string, atMs: number): void {
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64LE(BigInt(atMs) * 1000n);
  writeFileSync(indexPathOf(path, statSync(file).ino), bytes);
}

test('lines are read once, with the bytes before them as numbers, and from a position again', async () => {
  writeFileSync(path, 'one\r\ntwo\n');
  const one = tail();
  const { lines, position } = await all(one);
  expect(lines).toEqual([
    ['one', 0],
    ['two', 5],
  ]);
  expect((await all(one)).lines).toEqual([]);
  appendFileSync(path, 'three\n');
  expect((await all(one)).lines).toEqual([['three', 9]]);
  expect((await all(tail(position))).lines).toEqual([['three', 9]]);
});

test('a file is found when it was renamed and compressed, and the numbers continue behind it', async () => {
  writeFileSync(path, 'one\ntwo\n');
  stamp(path, 1000);
  const { position } = await all(tail());
  appendFileSync(path, 'three\n');
  const index = indexPathOf(path, statSync(path).ino);
  const compressed = join(folder, 'web.log.1.gz');
  writeFileSync(compressed, gzipSync(readFileSync(path)));
  linkSync(index, indexPathOf(path, statSync(compressed).ino));
  const old = statSync(path).ino;
  renameSync(path, join(folder, 'gone'));
  writeFileSync(path, 'four\n');
  expect(statSync(path).ino).not.toBe(old);
  stamp(path, 2000);
  expect((await all(tail(position))).lines).toEqual([
    ['three', 8],
    ['four', 14],
  ]);
  expect(dropped).toBe(0);
});

test('what was removed before it was read is counted', async () => {
  writeFileSync(path, 'one\ntwo\n');
  stamp(path, 1000);
  const first = await tail().read();
  const position = { ...(first?.position as Position), offset: 4 };
  // Its number goes to no other file as long as somebody has it open.
  const held = openSync(path, 'r');
  onTestFinished(() => closeSync(held));
  rmSync(path);
  writeFileSync(path, 'three\n');
  stamp(path, 2000);
  expect((await all(tail(position))).lines).toEqual([['three', 8]]);
  expect(dropped).toBe(4);
});

test('a file that was cut off is read from its beginning', async () => {
  writeFileSync(path, 'one\ntwo\n');
  const one = tail();
  await all(one);
  truncateSync(path);
  appendFileSync(path, 'new\n');
  expect((await all(one)).lines.map(([text]) => text)).toEqual(['new']);
});

test('a line without an end waits, and is read when nothing has followed', async () => {
  writeFileSync(path, 'one\nprompt> ');
  // As long as the test wants, however slow the machine is.
  const later = Date.now() / 1000 + 3600;
  utimesSync(path, later, later);
  const one = tail();
  expect((await all(one)).lines).toEqual([['one', 0]]);
  expect(one.hasUnfinished).toBe(true);
  utimesSync(path, 1, 1);
  expect((await all(one)).lines).toEqual([['prompt> ', 4]]);
  expect(one.hasUnfinished).toBe(false);
});

test('a new target begins at a time', async () => {
  writeFileSync(path, 'one\n');
  stamp(path, 1000);
  expect((await all(tail(null, 2000))).lines).toEqual([]);
  expect((await all(tail(null, 1000))).lines).toEqual([['one', 0]]);
});

test('the oldest lines are left out, to the end of one', async () => {
  writeFileSync(path, 'one\ntwo\nthree\n');
  const one = tail();
  expect(one.backlog()).toBe(14);
  await one.skip(5);
  expect([dropped, one.backlog()]).toEqual([8, 6]);
  expect((await all(one)).lines).toEqual([['three', 8]]);
  expect(one.backlog()).toBe(0);
});

/** Gives each old file the next number, and what is written becomes the first of them. */
function rotate(): void {
  const old = (number: number, suffix: string): string => join(folder, `web.log.${number}${suffix}`);
  for (const number of [3, 2, 1])
    for (const suffix of ['', '.gz'])
      if (existsSync(old(number, suffix))) renameSync(old(number, suffix), old(number + 1, suffix));
  renameSync(path, old(1, ''));
  writeFileSync(path, '');
}

test('files that are rotated between two reads are read once each, under whatever name', async () => {
  for (const [number, text] of ['c\n', 'b\n', 'a\n'].entries()) {
    const old = join(folder, `web.log.${number + 1}.gz`);
    writeFileSync(old, gzipSync(text));
    stamp(old, 3000 - number * 1000);
  }
  writeFileSync(path, 'd\n');
  stamp(path, 4000);
  const one = tail();
  const texts: string[] = [];
  for (let portion = await one.read(); portion !== null; portion = await one.read()) {
    texts.push(...portion.lines.map(({ text }) => text));
    if (texts.length === 1) rotate();
  }
  expect(texts).toEqual(['a', 'b', 'c', 'd']);
  expect([dropped, failures]).toEqual([0, []]);
});

test('a file with the number of one that is gone is not read in its place', async () => {
  const old = (name: string): string => join(folder, `web.log.${name}`);
  for (const [file, text, atMs] of [
    [old('2'), 'a\n', 1000],
    [old('1'), 'b\n', 2000],
    [path, 'c\n', 3000],
  ] as const) {
    writeFileSync(file, text);
    stamp(file, atMs);
  }
  const one = tail();
  const texts = ((await one.read())?.lines ?? []).map(({ text }) => text);
  // The second file is compressed, all get the next number, and the number of the second one is that of the new log.
  writeFileSync(old('2.gz'), gzipSync(readFileSync(old('1'))));
  stamp(old('2.gz'), 2000);
  renameSync(old('2'), old('3'));
  renameSync(old('1'), join(folder, 'new'));
  renameSync(path, old('1'));
  renameSync(join(folder, 'new'), path);
  writeFileSync(path, 'd\n');
  stamp(path, 4000);
  texts.push(...(await all(one)).lines.map(([text]) => text));
  expect([texts, dropped]).toEqual([['a', 'b', 'c', 'd'], 0]);
});

test('the size of a text is that of the file that was meant', async () => {
  const old = join(folder, 'web.log.1.gz');
  writeFileSync(old, gzipSync('old\n'));
  const [part] =
    partsOf([{ label: 'web', path }])
      .values()
      .next().value ?? [];
  renameSync(old, join(folder, 'web.log.2.gz'));
  // Where the size of the other one would stand, this one has something else.
  writeFileSync(old, Buffer.alloc(100, 0xff));
  expect(textBytes(part as LogPart)).toBe(4);
  rmSync(join(folder, 'web.log.2.gz'));
  expect(() => textBytes(part as LogPart)).toThrow('is gone');
});

test('a damaged old file holds up nothing', async () => {
  const old = join(folder, 'web.log.1.gz');
  writeFileSync(old, gzipSync('old\n'.repeat(100_000)).subarray(0, 300));
  stamp(old, 1000);
  utimesSync(old, 1, 1);
  writeFileSync(path, 'new\n');
  stamp(path, 2000);
  expect((await all(tail())).lines.at(-1)?.[0]).toBe('new');
  expect(failures).toEqual(['web.log.1.gz']);
});

test('positions are kept in a file, and anything else is none', () => {
  expect(readKept(folder, 'a')).toBeNull();
  const position = { inode: '1', beganMs: 2, offset: 3, before: 4, size: 5, atMs: 6 };
  const kept = { sinceMs: 7, logs: { web: position } };
  writeKept(folder, 'a', kept);
  expect(readKept(folder, 'a')).toEqual(kept);
  for (const text of ['', '{', 'null', '{"sinceMs":1}', '{"sinceMs":1,"logs":{"web":{}}}']) {
    writeFileSync(join(folder, '.targets/a.json'), text);
    expect(readKept(folder, 'a')).toBeNull();
  }
});
