import { chmodSync, existsSync, linkSync, lstatSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isSocketFile, makeFolderOf, removeFile, removeStale, setUpFile } from './socket-file.ts';

let folder: string;
let server: Server | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'socket-file-'));
});
afterEach(async () => {
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  server = null;
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);
const listen = (name: string): Promise<void> =>
  new Promise((resolve) => {
    server = createServer().listen(at(name), resolve);
  });

/** The file of a socket that is closed: Node removes it by the name that it was opened by. */
async function leave(name: string): Promise<void> {
  await listen('open');
  linkSync(at('open'), at(name));
  await new Promise((resolve) => server?.close(resolve));
  server = null;
}

test('a file that no process has open is stale', async () => {
  await leave('stale');
  expect(isSocketFile(at('stale'))).toBe(true);
  expect([removeStale(at('stale')), existsSync(at('stale'))]).toEqual([true, false]);
  expect(removeStale(at('stale'))).toBe(false);
});

test('a folder is made where there is none', () => {
  expect([makeFolderOf(at('a/b/socket')), lstatSync(at('a/b')).mode & 0o7777]).toEqual([true, 0o755]);
  writeFileSync(at('file'), '');
  for (const path of ['a/b/socket', 'file/socket', 'file/b/socket']) expect(makeFolderOf(at(path))).toBe(false);
  // There can be no folder: Node's own way would try for ever.
  expect(makeFolderOf('/proc/nowhere/socket')).toBe(false);
});

test('a socket that somebody listens at is not stale, nor is a file of another kind', async () => {
  await listen('open');
  writeFileSync(at('file'), '');
  symlinkSync(at('open'), at('link'));
  for (const name of ['open', 'file', 'link'])
    expect([name, removeStale(at(name)), lstatSync(at(name)) !== null]).toEqual([name, false, true]);
});

test('of what init has closed only sockets are removed', async () => {
  await leave('socket');
  writeFileSync(at('file'), '');
  for (const name of ['socket', 'file', 'nothing']) removeFile(at(name));
  expect([existsSync(at('socket')), existsSync(at('file'))]).toEqual([false, true]);
});

test('the file gets its mode and owner', async () => {
  await listen('open');
  const { username, gid } = userInfo();
  await setUpFile({ path: at('open'), mode: 0o660, owner: `${username}:${gid}` });
  expect([lstatSync(at('open')).mode & 0o7777, lstatSync(at('open')).gid]).toEqual([0o660, gid]);
  chmodSync(at('open'), 0o600);
  await setUpFile({ path: at('open'), mode: 0o600, owner: null });
  await expect(setUpFile({ path: at('open'), mode: 0o600, owner: 'no-such-user-here' })).rejects.toThrow(
    'no-such-user-here',
  );
});
