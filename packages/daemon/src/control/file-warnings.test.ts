import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fileWarnings, MAX_LINTED } from './file-warnings.ts';

function warnings(text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'file-warnings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'web.conf');
  writeFileSync(path, text);
  return fileWarnings('web', path).map((line) => line.replace(`${path}:`, ''));
}

test('warnings about a file have lines, except what explanations say themselves', () => {
  expect(warnings('respawn limit 1 2\nstart on started a b or shutdown\nexec echo a && sleep 1000\n')).toEqual([
    expect.stringMatching(/^3: .*&&/),
  ]);
});

test('so many warnings are shown, and none for large, broken or missing files', () => {
  const odd = 'exec a && b\n';
  const many = Array.from({ length: 20 }, () => 'stop on a\n').join('');
  expect(warnings(many).length).toBe(5);
  const filled = (length: number): string => `${odd}#${'x'.repeat(length - odd.length - 1)}`;
  expect(warnings(filled(MAX_LINTED)).length).toBe(1);
  expect(warnings(filled(MAX_LINTED + 1))).toEqual([]);
  expect(warnings(`${odd}bogus\n`)).toEqual([]);
  expect(fileWarnings('web', '/no/such/file.conf')).toEqual([]);
});
