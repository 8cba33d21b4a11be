/** Old logs are compressed and removed, wherever a daemon before was killed and whatever the logger renames meanwhile. */
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { indexPathOf } from '@upstart/common';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepUp } from './log-keeper.ts';
import { takeAway } from './take-away.ts';
import type { UpkeepSettings } from './upkeep.ts';

let folder: string;
let said: string[];
const at = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upstart-keeper-'));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

async function keep(settings: Partial<UpkeepSettings> = {}) {
  await keepUp(folder, { compress: true, totalBytes: 0, ...settings }, (_key, text) => said.push(text));
}

/** A file that was written so many hours ago. */
function write(name: string, text: string | Buffer, hours = 1): void {
  writeFileSync(at(name), text);
  const written = Math.floor(Date.now() / 1000) - hours * 3600;
  utimesSync(at(name), written, written);
}

const visible = () => readdirSync(folder).filter((name) => !name.startsWith('.'));
const hidden = () => readdirSync(folder).filter((name) => name.startsWith('.'));
const inode = (name: string) => statSync(at(name), { bigint: true }).ino;

it('compresses old logs, not the one that is written, with their time, mode and index', async () => {
  write('web.log', 'now');
  write('web.log.1', 'one', 2);
  write('web.log.2', 'two'.repeat(100_000), 3);
  write('web.log-20261128', 'of another program');
  write('notes.txt.1', 'no log');
  const index = indexPathOf(at('web.log'), inode('web.log.1'));
  writeFileSync(index, 'stamps');
  const { mtimeMs, mode } = statSync(at('web.log.1'));
  await keep();
  expect(visible()).toEqual(['notes.txt.1', 'web.log', 'web.log-20261128', 'web.log.1.gz', 'web.log.2.gz']);
  expect(gunzipSync(readFileSync(at('web.log.2.gz'))).toString()).toBe('two'.repeat(100_000));
  expect(statSync(at('web.log.1.gz'))).toMatchObject({ mtimeMs: Math.floor(mtimeMs), mode });
  expect(existsSync(index)).toBe(false);
  expect(readFileSync(indexPathOf(at('web.log'), inode('web.log.1.gz')), 'utf8')).toBe('stamps');
  const before = hidden();
  await keep();
  expect(hidden()).toEqual(before);
  expect(said).toEqual([]);
});

it('ends what was begun: half a compressed file, both, and one with a hidden name', async () => {
  write('web.log.1', 'one');
  write(`.web.log.${inode('web.log.1')}.gz.begun`, 'half');
  write('web.log.2', 'two');
  write('web.log.2.gz', gzipSync('two'));
  write('db.log.1', 'meant');
  renameSync(at('db.log.1'), at(`.db.log.1.${inode('db.log.1')}.going`));
  write('db.log.3', 'another one');
  renameSync(at('db.log.3'), at('.db.log.3.1.going'));
  write('db.log.4.gz', gzipSync('is no old file of the others'));
  await keep();
  expect(visible()).toEqual(['db.log.3.gz', 'db.log.4.gz', 'web.log.1.gz', 'web.log.2.gz']);
  const texts = visible().map((name) => gunzipSync(readFileSync(at(name))).toString());
  expect(texts).toEqual(['another one', 'is no old file of the others', 'one', 'two']);
  expect(hidden()).toEqual([]);
});

it('loses no file beside a compressed one that was made of the file before', async () => {
  // The daemon was killed in publishing `old`, which the logger had just given the number 2.
  write('web.log.2', 'old');
  write('web.log.1', 'young');
  write('web.log.1.gz', gzipSync('old'));
  await keep();
  expect(visible()).toEqual(['web.log.1.gz', 'web.log.2.gz']);
  expect(visible().map((name) => gunzipSync(readFileSync(at(name))).toString())).toEqual(['young', 'old']);
  expect([hidden(), said]).toEqual([[], []]);
});

it('loses no file that gets the name of another one just before it is removed', () => {
  write('web.log.1', 'one');
  const gone = inode('web.log.1');
  expect(takeAway(at('web.log.2'), gone)).toBe(false);
  expect(takeAway(at('web.log.1'), gone + 1n)).toBe(false);
  expect(visible()).toEqual(['web.log.1']);
  // As it is after the rename, when a rotation came between that and the look before it.
  renameSync(at('web.log.1'), at('.web.log.1.999.going'));
  write('web.log.1', 'younger');
  linkSync(at('web.log.1'), at('web.log.2'));
  return keep({ compress: false }).then(() => {
    expect(readFileSync(at('web.log.3'), 'utf8')).toBe('one');
    expect(readFileSync(at('web.log.1'), 'utf8')).toBe('younger');
    expect(hidden()).toEqual([]);
  });
});

it('removes the oldest files of all logs until they are small enough, and says so once', async () => {
  write('web.log', 'x'.repeat(100), 0);
  write('web.log.1', 'x'.repeat(100), 1);
  write('web.log.2.gz', 'x'.repeat(100), 3);
  write('db.log-20261128', 'x'.repeat(100), 2);
  await keep({ compress: false, totalBytes: 400 });
  expect(visible()).toHaveLength(4);
  await keep({ compress: false, totalBytes: 399 });
  expect(visible()).toEqual(['db.log-20261128', 'web.log', 'web.log.1']);
  expect(said).toEqual([expect.stringContaining('Removing old log files')]);
  await keep({ compress: false, totalBytes: 10 });
  expect(visible()).toEqual(['web.log']);
  expect(said.at(-1)).toBe('All logs have 100 bytes, more than 10: no old files are left to remove');
});

it('removes indices whose log is gone, but none that may be new', async () => {
  write('web.log', 'now');
  write(`.web.log.${inode('web.log')}.idx`, 'own');
  write('.web.log.1.idx', 'gone');
  write('.web.log.2.idx', 'new', 0);
  await keep({ compress: false });
  expect(hidden().sort()).toEqual(['.web.log.2.idx', `.web.log.${inode('web.log')}.idx`].sort());
});
