/** Has `npm run package` make packages in a folder of its own, and looks at them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ROOT } from '../session/product.ts';

export const DATE_S = 1_700_000_000;
/** Is removed when the tests of the file are through. */
export const TOP = mkdtempSync(join(tmpdir(), 'package-'));
afterAll(() => rmSync(TOP, { recursive: true }));

export function folder(name: string): string {
  const path = join(TOP, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** `npm run package`, in a shell with this umask. */
export function pack(umask: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const line = [process.execPath, join(ROOT, 'scripts/run.mjs'), 'package', ...args];
  return spawnSync('/bin/sh', ['-c', `umask ${umask}; exec "$@"`, 'sh', ...line], {
    encoding: 'utf8',
    env: { ...process.env, SOURCE_DATE_EPOCH: String(DATE_S), ...env },
  });
}

export const sums = (path: string) =>
  readdirSync(path).map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(join(path, name)))
      .digest('hex'),
  ]);

/** The lines of a listing by tar: mode, owner, date in seconds, path and where a link leads. */
export function listed(archive: Buffer): { mode: string; owner: string; dateS: number; path: string }[] {
  const text = execFileSync('tar', ['--numeric-owner', '--full-time', '--utc', '-tvf', '-'], {
    input: archive,
    encoding: 'utf8',
  });
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [, mode = '', owner = '', date, path = ''] =
        /^(\S+)\s+(\S+)\s+\d+ (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (.*)$/.exec(line) ?? [];
      return { mode, owner, dateS: Date.parse(`${date}Z`) / 1000, path };
    });
}
