import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loginLines, markDead, RECORD_SIZE, readRunlevel, recordRunlevel, recordShutdown } from './login-records.ts';

let directory: string;
let files: { utmp: string; wtmp: string };
const NOW = 1_700_000_000_500;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'login-records-'));
  files = { utmp: join(directory, 'utmp'), wtmp: join(directory, 'wtmp') };
  writeFileSync(files.wtmp, '');
});
afterEach(() => rmSync(directory, { recursive: true }));

const text = (bytes: Buffer, at: number, length: number): string =>
  bytes.toString('latin1', at, at + length).replace(/\0.*$/s, '');

/** The records of a file, a line each: type, pid, line, id, user. */
function listing(path: string): string[] {
  const bytes = readFileSync(path);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += RECORD_SIZE) {
    const record = bytes.subarray(at, at + RECORD_SIZE);
    const words = [text(record, 8, 32), text(record, 40, 4), text(record, 44, 32)];
    lines.push([record.readInt16LE(0), record.readInt32LE(4), ...words].join(' ').trimEnd());
  }
  return lines;
}

function login(type: number, pid: number, line: string): Buffer {
  const record = Buffer.alloc(RECORD_SIZE);
  record.writeInt16LE(type, 0);
  record.writeInt32LE(pid, 4);
  record.write(line, 8);
  record.write('root', 44);
  record.write('example.com', 76);
  return record;
}

const code = (level: string, previous = '\0'): number => level.charCodeAt(0) + 256 * previous.charCodeAt(0);

describe('run levels', () => {
  it('the first one comes behind the boot that nobody has recorded', () => {
    recordRunlevel(files, { level: '2', previous: 'N' }, NOW);
    const expected = ['2 0 ~ ~~ reboot', `1 ${code('2')} ~ ~~ runlevel`];
    expect([listing(files.utmp), listing(files.wtmp)]).toEqual([expected, expected]);
    expect(readRunlevel(files.utmp)).toEqual({ level: '2', previous: 'N' });
    expect(readFileSync(files.utmp).includes(release())).toBe(true);
    expect(statSync(files.utmp).mode & 0o777 & ~0o22).toBe(0o644);
  });

  it('a further one takes the place of the one before, and is added to what has been', () => {
    recordRunlevel(files, { level: '2', previous: 'N' }, NOW);
    recordRunlevel(files, { level: '5', previous: '2' }, NOW + 5000);
    expect(listing(files.utmp)).toEqual(['2 0 ~ ~~ reboot', `1 ${code('5', '2')} ~ ~~ runlevel`]);
    expect(listing(files.wtmp).at(-1)).toBe(`1 ${code('5', '2')} ~ ~~ runlevel`);
    expect(listing(files.wtmp)).toHaveLength(3);
    expect(readRunlevel(files.utmp)).toEqual({ level: '5', previous: '2' });
  });

  it('one that does not follow on the last has missed a boot', () => {
    recordRunlevel(files, { level: '2', previous: 'N' }, NOW);
    recordRunlevel(files, { level: '3', previous: 'N' }, NOW + 5000);
    expect(listing(files.wtmp).slice(2)).toEqual(['2 0 ~ ~~ reboot', `1 ${code('3')} ~ ~~ runlevel`]);
    expect(listing(files.utmp)).toHaveLength(2);
  });

  it('after a shutdown there is none', () => {
    recordRunlevel(files, { level: '2', previous: 'N' }, NOW);
    recordShutdown(files, NOW + 1000);
    expect(readRunlevel(files.utmp)).toBeNull();
    expect(listing(files.wtmp).at(-1)).toBe('1 0 ~ ~~ shutdown');
  });

  it('behind a record that was torn', () => {
    const torn = Buffer.concat([login(7, 10, 'tty1'), login(7, 11, 'tty2').subarray(0, 100)]);
    for (const path of [files.utmp, files.wtmp]) writeFileSync(path, torn);
    recordRunlevel(files, { level: '2', previous: 'N' }, NOW);
    for (const path of [files.utmp, files.wtmp]) {
      expect(readFileSync(path).length).toBe(3 * RECORD_SIZE);
      expect(readRunlevel(path)).toEqual({ level: '2', previous: 'N' });
    }
  });

  it.each([
    [-1, { level: '\xff', previous: '\xff' }],
    [0x7fff3250, { level: 'P', previous: '2' }],
    [0x7fff0032, { level: '2', previous: 'N' }],
  ])('as characters, whatever number a damaged record has (%i)', (pid, runlevel) => {
    const record = login(1, 0, '~');
    record.writeInt32LE(pid, 4);
    writeFileSync(files.utmp, record);
    expect(readRunlevel(files.utmp)).toEqual(runlevel);
  });

  it('files that are not there or are broken', () => {
    const missing = join(directory, 'none/wtmp');
    recordRunlevel({ utmp: join(directory, 'none/utmp'), wtmp: missing }, { level: '2', previous: 'N' }, NOW);
    expect(() => readRunlevel(missing)).toThrow('ENOENT');
    writeFileSync(files.utmp, Buffer.alloc(RECORD_SIZE - 1, 1));
    expect(readRunlevel(files.utmp)).toBeNull();
    rmSync(files.wtmp);
    recordRunlevel(files, { level: '2', previous: 'N' }, NOW);
    expect(() => statSync(files.wtmp)).toThrow('ENOENT');
  });
});

describe('logins', () => {
  it('a process that has ended is marked, and its login is over', () => {
    writeFileSync(files.utmp, Buffer.concat([login(7, 10, 'tty1'), login(6, 11, 'tty2'), login(7, 12, 'pts/0')]));
    expect(loginLines(files.utmp)).toEqual(['tty1', 'pts/0']);
    markDead(files, new Set([10, 11, 99]), NOW);
    expect(listing(files.utmp)).toEqual(['8 10 tty1', '8 11 tty2', '7 12 pts/0  root']);
    expect(listing(files.wtmp)).toEqual(['8 10 tty1', '8 11 tty2']);
    expect(readFileSync(files.utmp).includes('example.com')).toBe(true);
    expect(readFileSync(files.wtmp).includes('example.com')).toBe(false);
    expect(loginLines(files.utmp)).toEqual(['pts/0']);
  });

  it('records of the system and of the dead are left alone', () => {
    recordRunlevel(files, { level: '2', previous: 'N' }, NOW);
    const before = readFileSync(files.utmp);
    markDead(files, new Set([0, code('2')]), NOW);
    expect(readFileSync(files.utmp)).toEqual(before);
    expect(loginLines(join(directory, 'none'))).toEqual([]);
  });
});
