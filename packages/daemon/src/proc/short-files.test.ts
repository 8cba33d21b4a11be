import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { statFields } from './processes.ts';
import { ShortFiles } from './short-files.ts';

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'upstart-short-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  writeFileSync(path, text);
  return path;
}

const BEHIND_NAME =
  'S 1 2 3 4 -1 6 7 8 9 10 110 120 130 140 -20 -5 1 0 9007199254740991 5000000000 17 18446744073709551615';

test.each(['sleep', 'a) b (c', ') S 99 98', ''])('finds the fields of a process named "%s"', (name) => {
  const text = `4711 (${name}) ${BEHIND_NAME}\n`;
  const fields = new ShortFiles().stat(fileWith(text));
  const expected = statFields(text);
  for (const field of [4, 6, 14, 15, 16, 17, 20, 22, 23, 24]) expect(fields?.[field]).toBe(Number(expected(field)));
});

test('reads one file after another, also a shorter one', () => {
  const files = new ShortFiles();
  files.stat(fileWith(`4711 (a process (of old)) ${BEHIND_NAME}\n`));
  expect(files.stat(fileWith('1 (b) R 2 3 4'))?.slice(4, 8)).toEqual(Float64Array.of(2, 3, 4, 0));
});

test('reads a process of the kernel as other readers do', () => {
  const expected = statFields(readFileSync('/proc/self/stat', 'latin1'));
  expect(new ShortFiles().stat('/proc/self/stat')?.[4]).toBe(Number(expected(4)));
});

test('reads lists of any length, none, and what is not there', () => {
  const files = new ShortFiles();
  const many = Array.from({ length: 1000 }, (_, at) => at + 1);
  expect(files.numbers(fileWith(many.map((pid) => `${pid} `).join('')))).toEqual(many);
  // As long as what is read at once, with a number that ends there.
  expect(files.numbers(fileWith('1234567 '.repeat(128)))).toEqual(new Array(128).fill(1_234_567));
  expect(files.numbers(fileWith('7 '))).toEqual([7]);
  expect(files.numbers(fileWith(''))).toEqual([]);
  expect(files.numbers('/nonexistent')).toBeNull();
  expect(files.stat('/nonexistent')).toBeNull();
  expect(files.stat(fileWith(''))).toBeNull();
});
