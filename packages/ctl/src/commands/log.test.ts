import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { FakeClient, run, runOn } from '../testing/commands.ts';

describe('log', () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'upstart-log-'));
    path = join(dir, 'svc.log');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('prints the last lines', async () => {
    writeFileSync(path, Array.from({ length: 12 }, (_, i) => `${i}\r\n`).join(''));
    const show = async (words: string): Promise<string> =>
      (await run(`initctl log svc${words}`, { answers: { logPath: path } })).out;
    expect(await show('')).toBe('2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n');
    expect(await show(' -n 2')).toBe('10\n11\n');
    expect(await show(' -n0')).toBe('');
    expect((await show(' --lines=99')).split('\n').length).toBe(13);
  });

  it('says where nothing is, and fails', async () => {
    const ran = await run('initctl log svc N=x', { answers: { logPath: path } });
    expect(ran).toMatchObject({ status: 1, err: `initctl: Nothing has been logged yet: ${path}\n` });
    expect(ran.calls).toEqual([['logPath', { job: 'svc', env: ['N=x'] }]]);
    expect((await run('initctl log svc', { answers: { logPath: dir } })).err).toMatch(
      /^initctl: Unable to read .*directory/,
    );
  });

  it('follows the file, also when another takes its place', async () => {
    writeFileSync(path, 'one\r\n');
    const { out, end } = runOn('initctl log svc -f', new FakeClient({ logPath: path }));
    await eventually(() => out() === 'one\n');
    appendFileSync(path, 'two\r\n');
    await eventually(() => out() === 'one\ntwo\n');
    writeFileSync(path, 'new\r\n');
    await eventually(() => out() === 'one\ntwo\nnew\n');
    expect(await end()).toBe(0);
  });
});
