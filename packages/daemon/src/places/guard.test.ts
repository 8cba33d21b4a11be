import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { PlaceGuard } from './guard.ts';

let root: string;
let guard: PlaceGuard;
let said: string[];
let refuse: Error | null;
let made: string[];
/** How often it was looked whether something is there. */
let looks: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'guard-'));
  said = [];
  made = [];
  looks = 0;
  refuse = null;
});
afterEach(() => {
  guard.close();
  rmSync(root, { recursive: true, force: true });
});

const wait = (look: () => boolean) => eventually('it is so', look);

function start(): { folder: string; file: string } {
  const folder = join(root, 'folder');
  const file = join(folder, 'file');
  const part = (path: string, make: () => void) => ({
    path,
    isThere: () => {
      looks++;
      return existsSync(path);
    },
    make: () => {
      if (refuse) throw refuse;
      made.push(path);
      make();
    },
  });
  const parts = [part(folder, () => mkdirSync(folder)), part(file, () => writeFileSync(file, ''))];
  for (const { make } of parts) make();
  made.length = 0;
  guard = new PlaceGuard(
    { parts, folders: [folder], root, look: () => {} },
    { write: (level, text) => said.push(`${level}: ${text}`) },
  );
  return { folder, file };
}

it('makes what is removed again, and what is around it, and says so once', async () => {
  const { folder, file } = start();
  rmSync(file);
  await wait(() => existsSync(file));
  expect(made).toEqual([file]);
  rmSync(folder, { recursive: true });
  await wait(() => existsSync(file));
  expect(made).toEqual([file, folder, file]);
  expect(said).toEqual([`warn: ${file}: Removed by somebody, and made again`]);
});

it('tries again as long as it cannot be made, and says so once', async () => {
  const { file } = start();
  refuse = new Error('no room');
  rmSync(file);
  await wait(() => said.length > 0);
  expect(said).toEqual([`error: ${file}: Removed by somebody, cannot be made again for now: no room`]);
  refuse = null;
  await wait(() => existsSync(file));
  expect(said.slice(1)).toEqual([`warn: ${file}: Removed by somebody, and made again`]);
});

it('makes nothing where the folder around everything is gone, until that is there again', async () => {
  const { file } = start();
  rmSync(root, { recursive: true });
  looks = 0;
  await wait(() => looks > 0);
  expect(made).toEqual([]);
  mkdirSync(root);
  await wait(() => existsSync(file));
});
