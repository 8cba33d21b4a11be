import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../testing/commands.ts';

describe('list-sessions', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'upstart-sessions-'));
    mkdirSync(join(dir, 'upstart', 'sessions'), { recursive: true });
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const file = (name: string, text: string): void => writeFileSync(join(dir, 'upstart', 'sessions', name), text);

  it('names the sessions whose daemon lives', async () => {
    file(`${process.pid}.session`, 'UPSTART_SESSION=unix:path=/here\n');
    file('4194305.session', 'UPSTART_SESSION=unix:path=/gone\n');
    file('name.session', 'UPSTART_SESSION=unix:path=/x\n');
    file(`${process.pid}.other`, 'UPSTART_SESSION=unix:path=/x\n');
    file('1.session', 'SOMETHING=else\n');
    const env = { XDG_RUNTIME_DIR: dir };
    expect(await run('initctl list-sessions', { env })).toEqual({
      status: 0,
      out: `${process.pid} unix:path=/here\n`,
      err: '',
      calls: [],
    });
    expect((await run('initctl -v list-sessions', { env })).out).toContain(
      `Ignoring stale session file: ${dir}/upstart/sessions/4194305.session\n`,
    );
  });

  it.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['a link to a file without an end', (path: string) => symlinkSync('/dev/zero', path)],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a file of zeros', (path: string) => file(basename(path), '\0'.repeat(2 ** 20))],
  ])('skips %s in the place of a file', async (_what, put) => {
    put(join(dir, 'upstart', 'sessions', `${process.pid}.session`));
    expect(await run('initctl list-sessions', { env: { XDG_RUNTIME_DIR: dir } })).toMatchObject({ status: 0, out: '' });
  });

  it('says when there is nowhere to look', async () => {
    const failing = async (env: Record<string, string>): Promise<string> =>
      (await run('initctl list-sessions', { env })).err;
    expect(await failing({})).toBe('initctl: Unable to query session directory\n');
    expect(await failing({ XDG_RUNTIME_DIR: 'relative' })).toBe('initctl: Unable to query session directory\n');
    writeFileSync(join(dir, 'file'), '');
    expect(await failing({ XDG_RUNTIME_DIR: join(dir, 'file') })).toBe('initctl: unable to determine sessions\n');
    expect(await failing({ XDG_RUNTIME_DIR: join(dir, 'none') })).toBe('');
  });
});
