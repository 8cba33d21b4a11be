import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countStart } from './starts.ts';

test('daemons are counted, from the beginning where the file says nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'upstart-starts-'));
  expect([countStart(folder), countStart(folder), countStart(folder)]).toEqual([1, 2, 3]);
  writeFileSync(join(folder, 'daemon-starts'), 'none');
  expect(countStart(folder)).toBe(1);
  rmSync(folder, { recursive: true });
  expect(countStart(folder)).toBe(1);
});
