import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECORD_SIZE } from '@upstart/protocol/login-records';
import { expect, test } from 'vitest';
import { LoginRecords } from './login-records.ts';

test('processes that end are marked, all those of one turn together', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'login-records-'));
  const files = { utmp: join(directory, 'utmp'), wtmp: join(directory, 'wtmp') };
  const login = (pid: number): Buffer => {
    const record = Buffer.alloc(RECORD_SIZE);
    record.writeInt16LE(7, 0);
    record.writeInt32LE(pid, 4);
    return record;
  };
  writeFileSync(files.utmp, Buffer.concat([login(10), login(11), login(12)]));
  writeFileSync(files.wtmp, '');
  const records = new LoginRecords(files);
  records.ended(10);
  records.ended(12);
  records.ended(99);
  await new Promise((resolve) => setImmediate(resolve));
  const utmp = readFileSync(files.utmp);
  expect([0, 1, 2].map((index) => utmp.readInt16LE(index * RECORD_SIZE))).toEqual([8, 7, 8]);
  expect(readFileSync(files.wtmp)).toHaveLength(2 * RECORD_SIZE);
  rmSync(directory, { recursive: true });
});
