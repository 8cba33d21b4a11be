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
  expect(inProc({ instance: [0], pid: [pid] }, 1)).toMatchObject({ fds: [readdirSync(`/proc/${pid}/fd`).length] });
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
  // Of four instances: two processes, one that has ended beside another, none, and one process.
  const processes = { instance: [0, 0, 1, 1, 1, 3], pid: [1, 2, 1, 3, 2, 2] };
  expect(inProc(processes, 4, folder)).toEqual({
    fds: [2, null, null, 1],
    readBytes: [3, null, null, 2],
    writtenBytes: [40, null, null, 20],
  });
});
