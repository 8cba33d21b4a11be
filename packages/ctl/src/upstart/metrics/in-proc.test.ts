import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { inProc } from './in-proc.ts';

test('counts descriptors as the folder has them', async () => {
  const child = spawn('cat');
  onTestFinished(() => void child.kill());
  // From here on it waits, and opens nothing more.
  child.stdin.write('ready');
  await once(child.stdout, 'data');
  const pid = child.pid as number;
  expect(inProc([pid])).toMatchObject({ fds: readdirSync(`/proc/${pid}/fd`).length });
});

test('adds up processes, also on kernels that do not count descriptors; one that has ended makes it unknown', () => {
  const folder = mkdtempSync(join(tmpdir(), 'upstart-in-proc-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const pid of [1, 2]) {
    mkdirSync(join(folder, `${pid}/fd`), { recursive: true });
    writeFileSync(
      join(folder, `${pid}/io`),
      `rchar: 9\nread_bytes: ${pid}\nwrite_bytes: 20\ncancelled_write_bytes: 0\n`,
    );
    writeFileSync(join(folder, `${pid}/fd/0`), '');
  }
  expect(inProc([1, 2], folder)).toEqual({ fds: 2, readBytes: 3, writtenBytes: 40 });
  expect(inProc([1, 3], folder)).toBeNull();
  expect(inProc([], folder)).toBeNull();
});
