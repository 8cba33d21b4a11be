import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sysvRequest } from './sysv-request.ts';
import { announcementText, wallText, writeToTerminal } from './wall.ts';

test.each([
  [{ what: 'reboot', minutesLeft: 0, message: [] }, '\rThe system is going down for reboot NOW!\r\n'],
  [{ what: 'halt', minutesLeft: 1, message: [] }, '\rThe system is going down for halt in 1 minute!\r\n'],
  [
    { what: 'power off', minutesLeft: 2, message: ['save', 'your work'] },
    '\rThe system is going down for power off in 2 minutes!\r\nsave your work \r\n',
  ],
])('%j', (announcement, text) => {
  expect(announcementText(announcement)).toBe(text);
});

test('the head of a message to everybody', () => {
  const sender = { user: 'root', host: 'machine', terminal: '/dev/pts/0' };
  expect(wallText('\rtext\r\n', sender, new Date(2024, 0, 1, 9, 5))).toBe(
    '\u0007\r\nBroadcast message from root@machine\r\n\t(/dev/pts/0) at 9:05 ...\r\n\r\n\rtext\r\n',
  );
});

test('the request that an init of System V understands', () => {
  const request = sysvRequest('6');
  expect(request).toHaveLength(384);
  expect([0, 4, 8, 12].map((at) => request.readInt32LE(at))).toEqual([0x03091969, 1, '6'.charCodeAt(0), 5]);
});

test('what is no terminal is not written to, whatever its name is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wall-'));
  const [file, link] = [join(folder, 'sda'), join(folder, 'tty1')];
  writeFileSync(file, 'precious');
  symlinkSync(file, link);
  for (const path of [file, link, folder, '/dev/null']) writeToTerminal(path, Buffer.from('message'));
  expect(readFileSync(file, 'utf8')).toBe('precious');
  rmSync(folder, { recursive: true });
});
