import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECORD_SIZE, recordRunlevel } from '@upstart/common/login-records';
import { expect, test } from 'vitest';
import type { Report } from '../supervisor/process-messages.ts';
import { isRunlevelOfEnd, noteLogouts } from './login-records.ts';

test('processes that end are marked, once', () => {
  const directory = mkdtempSync(join(tmpdir(), 'login-records-'));
  const files = { utmp: join(directory, 'utmp'), wtmp: join(directory, 'wtmp') };
  const login = (pid: number): Buffer => {
    const record = Buffer.alloc(RECORD_SIZE);
    record.writeInt16LE(7, 0);
    record.writeInt32LE(pid, 4);
    return record;
  };
  writeFileSync(files.utmp, Buffer.concat([login(10), login(11), login(12), login(13)]));
  writeFileSync(files.wtmp, '');
  const usage = { user: 0, system: 0, maxRss: 0 };
  const reports: Report[] = [
    { type: 'exited', seq: 8, process: 2, pid: 10, code: 0, signal: 0, core: false, usage },
    { type: 'vanished', seq: 9, process: 3, pid: 12 },
    { type: 'spawned', seq: 10, process: 4, pid: 13 },
    { type: 'vanished', seq: 11, process: 5, pid: 99 },
  ];
  // The reports come again when a daemon dies before they are acknowledged.
  for (let daemons = 0; daemons < 2; daemons++) noteLogouts(reports, files);
  const utmp = readFileSync(files.utmp);
  expect([0, 1, 2, 3].map((index) => utmp.readInt16LE(index * RECORD_SIZE))).toEqual([8, 7, 8, 7]);
  expect(readFileSync(files.wtmp)).toHaveLength(2 * RECORD_SIZE);
  rmSync(directory, { recursive: true });
});

test('a machine goes down from the record of runlevel 0 or 6 on, and not without records', () => {
  const directory = mkdtempSync(join(tmpdir(), 'login-records-'));
  const files = { utmp: join(directory, 'utmp'), wtmp: join(directory, 'wtmp') };
  expect(isRunlevelOfEnd(files)).toBe(false);
  writeFileSync(files.utmp, '');
  const levels = ['2', '0', '1', '6', 'S'];
  const found = levels.map((level, index) => {
    recordRunlevel(files, { level, previous: levels[index - 1] ?? 'N' }, 1000 * (index + 1));
    return isRunlevelOfEnd(files);
  });
  expect(found).toEqual([false, true, false, true, false]);
  rmSync(directory, { recursive: true });
});
