import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'make-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('makes what is missing of a path, and is content with what is there', () => {
  const path = join(freshFolder(), 'a/b/c');
  makeFolder(path, 0o700);
  makeFolder(path, 0o700);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
});

test('throws where there can be none', () => {
  const file = join(freshFolder(), 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(join(file, 'below'), 0o700)).toThrow(/ENOTDIR/);
  expect(() => makeFolder('/proc/nowhere/at/all', 0o700)).toThrow(/ENOENT/);
});
