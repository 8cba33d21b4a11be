import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { childrenOf, omitFromSendsigs } from './sendsigs.ts';

test('the daemon and its helpers are named, in a folder that is made where it is missing', async () => {
  const top = mkdtempSync(join(tmpdir(), 'sendsigs-'));
  const helper = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(helper, 'spawn');
  omitFromSendsigs(join(top, 'omit.d'));
  const pids = readFileSync(join(top, 'omit.d/upstart'), 'utf8').trimEnd().split('\n');
  expect(pids[0]).toBe(String(process.pid));
  expect(pids).toContain(String(helper.pid));
  helper.stdin?.end();
  await once(helper, 'exit');
  rmSync(top, { recursive: true });
});

test.each([
  ['no child', ['']],
  ['some that stay', ['1 2 3 ', '1 2 3 ']],
  ['one that is left out while another is reaped', ['1 3 ', '2 3 ', '2 3 ']],
  ['a crowd that never stays the same', Array.from({ length: 16 }, (_, i) => `${i} `)],
])('of a process with %s, the children are those of two readings that agree, or of the last one', (_, readings) => {
  const left = [...readings];
  const children = childrenOf(7, (path) => {
    expect(path).toBe('/proc/7/task/7/children');
    return left.shift() ?? '';
  });
  expect(children.map((child) => `${child} `).join('')).toBe(readings.at(-1));
  expect(left).toEqual([]);
});

test('a folder that cannot be made is no reason to fail', () => {
  expect(() => omitFromSendsigs('/proc/no/such/folder')).not.toThrow();
});
