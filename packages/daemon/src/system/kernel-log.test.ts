import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kernelRecord, openKernelLog, RECORD_MAX } from './kernel-log.ts';

test.each([
  ['debug', '<7>init: text'],
  ['info', '<6>init: text'],
  ['message', '<5>init: text'],
  ['warn', '<4>init: text'],
  ['error', '<3>init: text'],
  ['fatal', '<2>init: text'],
] as const)('%s', (priority, record) => {
  expect(kernelRecord(priority, 'init: text').toString()).toBe(record);
});

test('a record is one line, and no longer than the kernel takes', () => {
  expect(kernelRecord('info', 'init: one\ntwo').toString()).toBe('<6>init: one two');
  expect(kernelRecord('info', 'x'.repeat(RECORD_MAX - 3))).toHaveLength(RECORD_MAX);
  expect(kernelRecord('info', 'x'.repeat(RECORD_MAX))).toHaveLength(RECORD_MAX);
});

test('a log that is not there or takes nothing says so', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kernel-log-'));
  const path = join(directory, 'kmsg');
  expect(openKernelLog(join(directory, 'none/kmsg'))).toBeNull();
  expect(openKernelLog('/dev/full')?.('warn', 'init: text')).toBe(false);
  writeFileSync(path, '');
  expect(openKernelLog(path)?.('warn', 'init: text')).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('<4>init: text');
  rmSync(directory, { recursive: true });
});
