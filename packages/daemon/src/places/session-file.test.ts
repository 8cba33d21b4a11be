import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeSessionFile, writeSessionFile } from './session-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'session-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('says where the session is, to its owner', () => {
  const path = join(folder, '7.session');
  writeSessionFile(path, '/here');
  expect(readFileSync(path, 'utf8')).toBe('UPSTART_SESSION=unix:path=/here/control.sock\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['7.session']);
  removeSessionFile(path);
  expect(existsSync(path)).toBe(false);
});

it('is never written through a link', () => {
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'precious');
  for (const name of ['7.session', '7.session.new']) symlinkSync(victim, join(folder, name));
  writeSessionFile(join(folder, '7.session'), '/here');
  expect(readFileSync(victim, 'utf8')).toBe('precious');
  expect(readFileSync(join(folder, '7.session'), 'utf8')).toBe('UPSTART_SESSION=unix:path=/here/control.sock\n');
});
