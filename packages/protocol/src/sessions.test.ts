import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatAddress } from './address.ts';
import { initIdentity, writeOwner } from './run-folder.ts';
import { findSessions } from './sessions.ts';
import { type TestSession, TestSessions } from './testing/sessions.ts';

let sessions: TestSessions;
beforeEach(() => {
  sessions = new TestSessions();
});
afterEach(() => sessions.close());

describe('the sessions of a user', () => {
  it('are those that are announced, and without any those that could not announce themselves', async () => {
    const { env } = sessions;
    expect(findSessions(env)).toEqual([]);
    const temporary = await sessions.temporary();
    expect(findSessions(env)).toEqual([temporary]);
    expect(findSessions({ ...env, XDG_RUNTIME_DIR: undefined })).toEqual([temporary]);
    const both = [await sessions.announced(), await sessions.announced('upstart')];
    expect(findSessions(env)).toEqual(both.sort((a, b) => a.pid - b.pid));
  });

  it.each<[string, (session: TestSession) => void | Promise<void>]>([
    ['its folder is open to others', ({ folder }) => chmodSync(folder, 0o755)],
    ['its socket is gone', ({ folder }) => rmSync(join(folder, 'control.sock'))],
    ['its init has gone', ({ pid }) => void process.kill(pid, 'SIGKILL')],
    [
      'its init is one of another pid namespace',
      (session) =>
        writeOwner(
          session.folder,
          { ...initIdentity(session.pid), pidNamespace: 'pid:[1]' },
          { sources: [], logDir: '' },
        ),
    ],
  ])('are none when %s', async (_what, spoil) => {
    const session = await sessions.announced();
    expect(findSessions(sessions.env)).toEqual([session]);
    await spoil(session);
    // One that was killed is there until it is reaped.
    while (findSessions(sessions.env).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('are none when the pid is that of another program by now, or the address is none', async () => {
    const { folder } = await sessions.announced('sh');
    expect(findSessions(sessions.env)).toEqual([]);
    const pid = await sessions.process('init');
    sessions.announce(`${pid}.session`, 'unix:abstract=/x');
    expect(findSessions(sessions.env)).toEqual([]);
    // Another pid than that of the folder's owner.
    sessions.announce(`${pid}.session`, formatAddress(join(folder, 'control.sock')));
    expect(findSessions(sessions.env)).toEqual([]);
  });

  it('have the path of the control socket for an address where their folder names no other', async () => {
    for (const session of [await sessions.announced(), await sessions.temporary()]) {
      const { pid, folder } = session;
      const before = { sources: [], logDir: '', sessionAddress: 'nothing of this kind' };
      writeOwner(folder, initIdentity(pid), before);
      const address = formatAddress(join(folder, 'control.sock'));
      expect(findSessions(sessions.env)).toEqual([{ pid, address, folder }]);
      rmSync(join(sessions.env.XDG_RUNTIME_DIR, 'upstart'), { recursive: true, force: true });
    }
  });
});
